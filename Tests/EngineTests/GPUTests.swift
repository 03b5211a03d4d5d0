import Testing

@testable import Engine

/// What the machine tells of itself, read.
struct GPUTests {
  @Test func `a machine's GPUs are read, with who computes on them`() {
    let gpus = GPU.parse(
      list: """
        0, GPU-5a2c7f14-9b6e-0a4d-8f0b-1c2d3e4f5a6b, NVIDIA A100-SXM4-40GB, 40960 MiB
        1, GPU-0d9c2b1a-7e6f-4a5b-9c8d-7e6f5a4b3c2d, NVIDIA A100-SXM4-40GB, 40960 MiB
        2, GPU-77777777-7e6f-4a5b-9c8d-7e6f5a4b3c2d, Tesla V100, 32GB, 32510 MiB
        """,
      processes: """
        GPU-0d9c2b1a-7e6f-4a5b-9c8d-7e6f5a4b3c2d, 4242
        GPU-0d9c2b1a-7e6f-4a5b-9c8d-7e6f5a4b3c2d, 4243
        GPU-5a2c7f14-9b6e-0a4d-8f0b-1c2d3e4f5a6b, 77
        """,
      owner: { $0 == 77 ? nil : "user\($0)" }
    )
    #expect(gpus.map(\.index) == [0, 1, 2])
    #expect(gpus.map(\.foreignUser) == [nil, "user4242", nil])
    #expect(
      gpus.map(\.name) == ["NVIDIA A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB", "Tesla V100, 32GB"]
    )
    #expect(gpus[0].memory == 40960 << 20)
    #expect(gpus[2].memory == 32510 << 20)
  }

  @Test(arguments: [
    "", "\n\n", "No devices were found\n",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
    "Failed to initialize NVML: Driver/library version mismatch\n", "x, GPU-1, a, 1 MiB",
    "0, 1, a, 1 MiB", "-1, GPU-1, a, 1 MiB", "0, GPU-1, 3 MiB",
  ])
  func `what tells of no GPU is none`(text: String) {
    #expect(GPU.parse(list: text, processes: text).isEmpty)
  }

  @Test func `what the driver does not say is left open`() {
    let gpus = GPU.parse(
      list: "0, GPU-1, NVIDIA GB10, [N/A]\r\n1, GPU-2, , 99999999999999 MiB",
      processes: "GPU-1, [N/A]\nGPU-9, 12"
    ) { _ in "bob" }
    #expect(
      gpus == [
        GPU(uuid: "GPU-1", index: 0, name: "NVIDIA GB10"),
        GPU(uuid: "GPU-2", index: 1, memory: 1 << 52),
      ]
    )
  }

  @Test(arguments: [
    ("0-3", [0, 1, 2, 3]), ("\t0,2-3,8", [0, 2, 3, 8]), ("5", [5]), ("", []), ("3-1", []),
    ("a", []), ("0-99999999999", []), ("1-2-3", []),
  ])
  func `a list of processors is read`(text: String, numbers: [Int]) {
    #expect(Machine.cpuNumbers(text) == numbers)
  }

  @Test func `any bytes are read or passed over`() {
    var random = Seeded(seed: 3)
    let sample = Array("0, GPU-5a2c, NVIDIA A100, 40960 MiB\n1, GPU-0d9c, T4, 15360 MiB\n".utf8)
    for _ in 0..<500 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...9, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(GPU.parse(list: text, processes: text) { _ in "x" }.count <= 2 + bytes.count / 20)
    }
  }
}
