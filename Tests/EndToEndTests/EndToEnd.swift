import Testing

/// The real binary in a real terminal, one test at a time.
@Suite(.serialized, .tags(.endToEnd), .timeLimit(.minutes(5)))
struct EndToEnd {}

extension Tag {
  @Tag static var endToEnd: Self
}
