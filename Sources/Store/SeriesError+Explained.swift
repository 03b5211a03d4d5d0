import Documents
package import Series

// `Series` knows no other part, so its errors learn here that users can act on them.
extension SeriesError: Explained {}
