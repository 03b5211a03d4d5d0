import Store
package import Terminal

package struct LaunchFormView: View {
  let template: String
  package init(template: String) { self.template = template }
  package var title: SafeText { "LaunchFormView" }
  package var queries: Set<Query> { [] }
  package func bindings(_ context: Context) -> [Binding] { [] }
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] { [] }
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {}
}
