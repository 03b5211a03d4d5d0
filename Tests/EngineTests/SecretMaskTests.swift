import Foundation
import Store
import Testing

@testable import Engine

/// Secrets in what a script prints.
struct SecretMaskTests {
  private func masked(_ secrets: [String], _ pieces: [ArraySlice<UInt8>]) -> String {
    var mask = SecretMask(secrets)
    var shown: [UInt8] = []
    for piece in pieces { shown += piece.withUnsafeBytes { mask.feed($0) } }
    return String(decoding: shown + mask.finish(), as: UTF8.self)
  }

  @Test(
    arguments: [
      (["hunter22"], "the password is hunter22!", "the password is ***!"),
      (["hunter22"], "hunter2", "hunter2"), (["short"], "short", "short"),
      (["abcdef", "abcdefgh"], "abcdefgh abcdefg", "*** ***g"),
      (["aaaaaab"], "aaaaaaaab", "aa***"), (["aaaaaa"], "aaaaaaaaaaaaaaa", "******aaa"),
      (["lineone\nlinetwo"], "x\nlineone\nlinetwo\n", "x\n***\n"), ([], "as it is", "as it is"),
    ]
  )
  func `a secret is covered`(secrets: [String], text: String, shown: String) {
    let bytes = Array(text.utf8)[...]
    #expect(masked(secrets, [bytes]) == shown)
    for cut in bytes.indices { #expect(masked(secrets, [bytes[..<cut], bytes[cut...]]) == shown) }
  }

  @Test func `what is shown does not depend on how it was torn, and holds no secret`() {
    var random = Seeded(seed: 7)
    for _ in 0..<300 {
      let letters = Array("ab".utf8)
      func text(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in letters.randomElement(using: &random) ?? 97 }
      }
      let secrets = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        String(decoding: text(Int.random(in: 6...9, using: &random)), as: UTF8.self)
      }
      let bytes = text(200)[...]
      var pieces: [ArraySlice<UInt8>] = []
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...20, using: &random))
        pieces.append(bytes[start..<end])
        start = end
      }
      let whole = masked(secrets, [bytes])
      #expect(masked(secrets, pieces) == whole)
      #expect(masked(secrets, bytes.indices.map { bytes[$0...$0] }) == whole)
      for secret in secrets { #expect(!whole.contains(secret)) }
    }
  }

  @Test func `no file of the attempt tells a secret`() throws {
    let seat = try RunnerSeat()
    var spec = seat.spec("a", "printf 'it is hun'; sleep 0.1; printf 'ter22\\n'; exit 1")
    spec.environment["TOKEN"] = "hunter22"
    spec.secrets = ["TOKEN", "ABSENT"]
    #expect(try seat.record(of: spec)?.reason == "Exit code 1: it is ***")
    #expect(seat.log("a") == "it is ***\n")
    for name in try FileManager.default.contentsOfDirectory(atPath: seat.folder("a").path) {
      let bytes = FileManager.default.contents(atPath: seat.folder("a").path + "/" + name) ?? Data()
      #expect(bytes.firstRange(of: Data("hunter22".utf8)) == nil, "\(name)")
    }
  }
}
