import Store

extension Home { func sync() throws {} }
