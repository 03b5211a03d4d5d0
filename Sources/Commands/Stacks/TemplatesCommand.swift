package import ArgumentParser
package import Engine
import Store
import Terminal

package struct TemplatesCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "templates",
    abstract: "List the templates to choose from.",
    discussion: """
      The built-in ones, and your own: a folder each in the home's templates folder.

      EXAMPLE: what there is, then one of them
        lathe templates
        lathe up digits --ack CAPABILITY_IAM
      """
  )

  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let entries = session.gallery.entries()
    session.answer(JSON.array(entries.map(\.json))) {
      entries.isEmpty
        ? [
          Line("No templates were found."),
          Line("  next: put a folder with a template.yaml into \(session.home.templates).", .dim),
        ] : entries.table(width: session.width)
    }
  }
}

extension [GalleryEntry] {
  package func table(width: Int?) -> [Line] {
    let rows = map { entry -> [Line] in
      [
        Line(SafeText(hostile: entry.name), .bold),
        Line(SafeText(hostile: entry.isBuiltIn ? "built in" : "yours"), .dim),
        Line(SafeText(hostile: entry.summary)),
      ]
    }
    return Table([.init("template"), .init("", rank: 1), .init("summary", least: 20)], rows)
      .lines(width: width)
  }
}

extension GalleryEntry {
  package var json: JSON {
    [
      "name": JSON(name), "summary": JSON(summary), "built_in": JSON(isBuiltIn),
      "folder": JSON(folder),
    ]
  }
}
