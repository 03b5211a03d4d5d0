import Store
package import Terminal

package struct RunFormView: View {
  let instance: String
  let from: Int?
  package init(instance: String, from: Int?) {
    self.instance = instance
    self.from = from
  }
  package var title: SafeText { "RunFormView" }
  package var queries: Set<Query> { [] }
  package func bindings(_ context: Context) -> [Binding] { [] }
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] { [] }
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {}
}
