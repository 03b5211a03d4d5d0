package import Documents
package import Infrastructure
package import Store

/// The templates that a user can choose from: the built-in ones and those in the home's `templates/`.
package struct Gallery: Sendable {
  package let home: Home

  package init(home: Home) {
    self.home = home
  }

  /// Built-in ones first, each by name.
  package func entries() -> [GalleryEntry] { [] }

  /// A template by its name in the gallery, or by a path to its file or folder.
  ///
  /// - Throws: an `Explanation` with the nearest names, or `InvalidDocument` with every fault.
  package func template(named text: String) throws -> LoadedTemplate {
    throw Explanation(what: "unread")
  }
}

/// A line of the gallery.
package struct GalleryEntry: Sendable, Equatable {
  package var name: String
  /// The first sentence of the template's Description.
  package var summary: String
  package var isBuiltIn: Bool
  /// The folder with template, pipeline, steps and README.
  package var folder: String

  package init(name: String, summary: String, isBuiltIn: Bool, folder: String) {
    self.name = name
    self.summary = summary
    self.isBuiltIn = isBuiltIn
    self.folder = folder
  }
}

/// A template that was read without an error.
package struct LoadedTemplate: Sendable, Equatable {
  package var name: String
  package var file: String
  package var text: String
  package var template: Template
  package var warnings: [Diagnostic]

  package init(
    name: String,
    file: String,
    text: String,
    template: Template,
    warnings: [Diagnostic] = []
  ) {
    self.name = name
    self.file = file
    self.text = text
    self.template = template
    self.warnings = warnings
  }
}
