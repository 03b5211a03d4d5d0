import Store
package import Terminal

package struct GalleryView: View {
  package init() {}
  package var title: SafeText { "GalleryView" }
  package var queries: Set<Query> { [] }
  package func bindings(_ context: Context) -> [Binding] { [] }
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] { [] }
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {}
}
