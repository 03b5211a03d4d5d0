import Terminal
import Testing

struct AmountTextTests {
  @Test(arguments: [
    (0.42, "0.4s"), (8, "8s"), (9.96, "9s"), (42.9, "42s"), (62, "1m02s"), (11_100, "3h05m"),
    (187_200, "2d04h"), (-1, "0s"), (.nan, ""), (.infinity, ""),
  ])
  func `a duration is two units, and tenths while it is short`(seconds: Double, text: String) {
    #expect(durationText(seconds).string == text)
  }

  @Test(arguments: [
    (-1, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (3200, "3.1 KiB"), (412_000, "402 KiB"),
    (1_023_500, "1 MiB"), (16 << 30, "16 GiB"), (.max, "8192 PiB"),
  ])
  func `a size is in 1024s`(bytes: Int, text: String) {
    #expect(bytesText(bytes).string == text)
  }
}
