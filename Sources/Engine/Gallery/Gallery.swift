package import Documents
package import Infrastructure
package import Store

/// The templates that a user can choose from: the built-in ones and those in the home's `templates/`.
///
/// A template of the user's own takes the place of a built-in one of the same name.
package struct Gallery: Sendable {
  package let home: Home

  package init(home: Home) {
    self.home = home
  }

  /// Built-in ones first, each by name.
  ///
  /// A home that cannot be written still lists the built-in ones: their text is in the binary.
  package func entries() -> [GalleryEntry] {
    _ = try? EmbeddedGallery.unpack(in: home)
    let own = ownNames
    let builtIn = EmbeddedGallery.names.filter { !own.contains($0) }.map { name in
      GalleryEntry(
        name: name,
        summary: summary(of: EmbeddedGallery.text(name + "/template.yaml") ?? ""),
        isBuiltIn: true,
        folder: EmbeddedGallery.folder(in: home) + "/" + name
      )
    }
    return builtIn
      + own.map { name in
        let folder = home.templates + "/" + name
        let text = templateFile(in: folder).flatMap { try? readTemplate($0) }
        return GalleryEntry(
          name: name,
          summary: summary(of: text ?? ""),
          isBuiltIn: false,
          folder: folder
        )
      }
  }

  /// A template by its name in the gallery, or by a path to its file or folder.
  ///
  /// Relative paths are those of the calling process.
  ///
  /// - Parameter text: as typed.
  /// - Returns: the template, with the absolute path of its file.
  /// - Throws: an `Explanation` with the nearest names, or `InvalidDocument` with every fault.
  package func template(named text: String) throws -> LoadedTemplate {
    let file = try file(of: text)
    let content = try readTemplate(file)
    let (template, findings) = Template.read(content)
    guard let template else { throw InvalidDocument(file: file, diagnostics: findings) }
    return LoadedTemplate(
      name: templateName(file),
      file: file,
      text: content,
      template: template,
      warnings: findings
    )
  }

  /// The template's file for a name in the gallery or a path, as an absolute path.
  ///
  /// - Parameter text: as typed.
  /// - Returns: a path at which there is a file.
  /// - Throws: an `Explanation` with the nearest names and where to see them all.
  package func file(of text: String) throws -> String {
    if ownNames.contains(text), let file = templateFile(in: home.templates + "/" + text) {
      return file
    }
    if EmbeddedGallery.names.contains(text) {
      return try EmbeddedGallery.unpack(in: home) + "/" + text + "/template.yaml"
    }
    if let path = absolutePath(text), !text.isEmpty {
      guard isFolder(path) else { return path }
      if let file = templateFile(in: path) { return file }
      throw Explanation(
        what: "'\(text)' holds no template.",
        why: "A template's folder has a template.yaml, template.yml or template.json.",
        next: "Name the file itself, or one of the gallery: 'lathe templates' lists it."
      )
    }
    let names = ownNames + EmbeddedGallery.names
    throw Explanation(
      what: "There is no template '\(text)'.",
      why: "Neither the gallery nor this folder has one of that name.",
      next: [suggestion(for: text, among: names), "'lathe templates' lists all."]
        .filter { !$0.isEmpty }.joined(separator: " ")
    )
  }

  /// The names of the user's own templates.
  private var ownNames: [String] {
    folderNames(home.templates).filter {
      !$0.hasPrefix(".") && templateFile(in: home.templates + "/" + $0) != nil
    }
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

  /// The folder that `RepositoryUrl: .` and other relative paths in the template start from.
  package var folder: String { parent(of: file) }
}

/// The first sentence of the Description; a template that cannot be read says so.
private func summary(of text: String) -> String {
  guard let template = Template.read(text).0 else {
    return "Has errors; 'lathe validate' lists them."
  }
  return firstSentence(template.description)
}
