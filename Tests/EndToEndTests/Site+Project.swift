extension Site {
  /// Makes a folder with a pipeline an instance in place, and returns the folder.
  func adopt(_ name: String, pipeline: String, scripts: [String: String]) throws -> String {
    let project = folder + "/" + name
    try write(pipeline, to: project + "/pipeline.yaml")
    for (script, text) in scripts { try write(text, to: project + "/" + script) }
    let adopted = try lathe("init", project)
    guard adopted.code == 0 else { throw Failure("init: \(adopted)") }
    return project
  }
}
