import Documents
import Foundation
import Infrastructure

/// One script of a lifecycle config, decoded.
struct LifecycleScript: Sendable, Equatable {
  enum Hook: String, Sendable, CaseIterable {
    case onCreate = "OnCreate"
    case onStart = "OnStart"

    var words: String {
      self == .onCreate ? "setup script (OnCreate)" : "start script (OnStart)"
    }
  }

  var hook: Hook
  var text: String

  /// The scripts that a lifecycle config declares, `OnCreate` first.
  static func scripts(of resource: ResourceSpec) throws(Explanation) -> [LifecycleScript] {
    var scripts: [LifecycleScript] = []
    for hook in Hook.allCases {
      guard let declared = resource.properties[hook.rawValue], declared != .null else {
        continue
      }
      let place = "\(resource.logicalID).\(hook.rawValue)"
      guard case .list(let members) = declared, members.count <= 1 else {
        throw Explanation(
          what: "\(place) must be a list with at most one script.",
          next: "Write it as a list: '- Content: ...'."
        )
      }
      guard let content = members.first?["Content"] else { continue }
      let text = try decoded(content, place: place)
      if !text.isEmpty { scripts.append(LifecycleScript(hook: hook, text: text)) }
    }
    return scripts
  }

  private static func decoded(_ content: Value, place: String) throws(Explanation) -> String {
    let text: String
    if case .base64(let inner) = content, let plain = inner.text {
      text = plain
    } else if let encoded = content.text {
      guard encoded.utf8.count <= 65536,
        let data = Data(base64Encoded: encoded, options: .ignoreUnknownCharacters)
      else {
        throw Explanation(
          what: "\(place).Content is not Base64 text.",
          next: "Write the script as 'Fn::Base64: |'."
        )
      }
      text = String(decoding: data, as: UTF8.self)
    } else {
      throw Explanation(what: "\(place).Content is not a text.", next: "Write 'Fn::Base64: |'.")
    }
    guard text.utf8.count <= 12288 else {
      throw Explanation(
        what: "\(place) is longer than 16,384 characters of Base64.",
        why: "SageMaker takes no longer script.",
        next: "Move a part of it into a file of the repository and call that."
      )
    }
    return text
  }

  /// What will make trouble, each with what to do.
  var warnings: [String] {
    var found: [String] = []
    if text.utf8.contains(13) {
      found.append("lines end in CR LF, which bash does not understand; save it with LF.")
    }
    if !text.hasPrefix("#!") {
      found.append("the first line is not '#!/bin/bash'; it is run with bash all the same.")
    }
    let words = self.words
    for (word, sentence) in Self.foreign where words.contains(word) { found.append(sentence) }
    let missing = Self.needed.filter { words.contains($0) && !Self.isInstalled($0) }
    if !missing.isEmpty {
      found.append("it uses \(missing.joined(separator: ", ")), not installed here.")
    }
    if text.contains("/home/ec2-user") {
      found.append("/home/ec2-user is not here; the instance's folder is the working directory.")
    }
    return found
  }

  /// The words that stand where a command does; what is only printed or passed on does not count.
  private var words: Set<String> {
    let passedOn: Set<String> = [
      "if", "then", "else", "elif", "do", "while", "until", "!", "sudo", "env", "exec", "nohup",
      "time",
    ]
    var words: Set<String> = []
    for line in text.split(whereSeparator: \.isNewline) {
      for command in unquoted(line).split(whereSeparator: { ";|&(){}`".contains($0) }) {
        for word in command.split(whereSeparator: \.isWhitespace) {
          if word.hasPrefix("#") { break }
          words.insert(String(word))
          // Options and assignments in front of a command are no command.
          let isBefore =
            word.hasPrefix("-") || word.contains("=") || passedOn.contains(String(word))
          if !isBefore { break }
        }
      }
    }
    return words
  }

  /// A line without what stands in quotes.
  private func unquoted(_ line: Substring) -> String {
    var kept = ""
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else {
        kept.append(character)
      }
    }
    return kept
  }

  private static let foreign = [
    ("sudo", "it uses sudo: that would change this machine, or wait for a password and fail."),
    ("initctl", "it restarts services with initctl, which is not here."),
    ("systemctl", "it uses systemctl: that would change this machine's services."),
    ("crontab", "it changes your crontab."),
  ]

  private static let needed = [
    "apt-get", "aws", "conda", "curl", "docker", "git", "jupyter", "mamba", "pip", "pip3", "python",
    "python3", "source-activate", "unzip", "wget", "yum",
  ]

  private static func isInstalled(_ name: String) -> Bool {
    let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"]
    return ChildProcess.executable(name, environment: environment, folder: "/") != nil
  }
}
