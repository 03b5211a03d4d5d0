import Foundation
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

  @Test func `a divided GPU counts as its MIG devices`() {
    let gpus = GPU.parse(
      list: """
        0, GPU-5a2c7f14, NVIDIA A100-SXM4-40GB, 40960 MiB
        1, GPU-0d9c2b1a, NVIDIA A100-SXM4-40GB, 40960 MiB
        """,
      devices: """
        GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5a2c7f14)
          MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef)
          MIG 1g.5gb+me   Device  1: (UUID: MIG-cba663e8)
        GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-0d9c2b1a)
        """,
      processes: "MIG-cba663e8, 7\nGPU-0d9c2b1a, 8"
    ) { "user\($0)" }
    #expect(gpus.map(\.uuid) == ["MIG-c6d4f1ef", "MIG-cba663e8", "GPU-0d9c2b1a"])
    #expect(gpus.map(\.label) == ["0:0", "0:1", "1"])
    #expect(gpus.map(\.foreignUser) == [nil, "user7", "user8"])
    #expect(gpus.map(\.memory) == [20 << 30, 5 << 30, 40960 << 20])
    #expect(gpus[0].name == "NVIDIA A100-SXM4-40GB MIG 3g.20gb")
  }

  @Test func `who is on a divided GPU has all of its devices, where nobody tells which`() {
    let gpus = GPU.parse(
      list: "0, GPU-5a2c, A100, 40960 MiB",
      devices: """
        GPU 0: A100 (UUID: GPU-5a2c)
          MIG 1g.5gb      Device  0: (UUID: MIG-1)
          MIG 1g.5gb      Device  1: (UUID: MIG-2)
        """,
      processes: "GPU-5a2c, 7"
    ) { _ in "bob" }
    #expect(gpus.map(\.foreignUser) == ["bob", "bob"])
  }

  @Test(arguments: [
    "GPU-1;rm -rf", "GPU-1=2", "GPU-\u{1b}[2J", "GPU-" + String(repeating: "a", count: 200),
  ])
  func `what would not be a device's name elsewhere is none`(uuid: String) {
    #expect(GPU.parse(list: "0, \(uuid), a, 1 MiB").isEmpty)
  }

  @Test(arguments: [
    ("0", ["GPU-aa0"]), ("1,0", ["GPU-aa0", "GPU-bb1"]), ("GPU-b", ["GPU-bb1"]), ("", []),
    ("-1", []), ("NoDevFiles", []), ("1,7,0", ["GPU-bb1"]), ("0:1", []),
    ("MIG-c", ["MIG-cc2"]), (" 0 , 2 ", ["GPU-aa0", "MIG-cc2"]),
  ])
  func `the shell's visible GPUs are read as CUDA reads them`(value: String, uuids: [String]) {
    let gpus = [
      GPU(uuid: "GPU-aa0", index: 0), GPU(uuid: "GPU-bb1", index: 1),
      GPU(uuid: "MIG-cc2", index: 2, slot: 0),
    ]
    let visible = VisibleGPUs(["CUDA_VISIBLE_DEVICES": value])
    #expect(visible?.among(gpus).map(\.uuid) == uuids)
    #expect(VisibleGPUs([:]) == nil)
  }

  // MARK: Asking

  @Test func `nvidia-smi is asked for GPUs, devices and processes`() throws {
    let site = try FakeSMI(["GPU-1", "GPU-2"], busy: ["GPU-2": 1])
    let report = GPUReport.ask(home: "/nowhere", path: site.path)
    #expect(report.gpus.map(\.uuid) == ["GPU-1", "GPU-2"])
    #expect(report.gpus.map(\.foreignUser) == [nil, "root"])
    #expect(report.fault == nil)
  }

  @Test func `a machine without nvidia-smi has no GPU`() throws {
    #expect(GPUReport.ask(home: "/nowhere", path: "/nonexistent") == GPUReport())
  }

  @Test(arguments: [
    (
      "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18",
      "nvidia-smi failed (exit code 18): Failed to initialize NVML: Driver/library version mismatch"
    ),
    ("kill -SEGV $$", "nvidia-smi failed (SIGSEGV)."),
    ("exec sleep 600", "nvidia-smi has not answered for 0.3s."),
    ("trap '' TERM; while true; do sleep 0.1; done", "nvidia-smi has not answered for 0.3s."),
  ])
  func `one that fails or hangs is told of, and waited for no longer than that`(
    script: String,
    fault: String
  ) throws {
    let site = try FakeSMI(script: script)
    let patience = fault.contains("answered") ? 0.3 : 30
    let report = GPUReport.ask(home: "/nowhere", path: site.path, patience: patience)
    #expect(report == GPUReport(fault: fault))
  }

  @Test(arguments: [
    "echo 'No devices were found'; exit 6", "echo garbage", "true", "head -c 3000000 /dev/urandom",
    "yes '0, GPU-, , ,' | head -c 9000000",
  ])
  func `one that tells of nothing, or much, tells of no GPU`(script: String) throws {
    let site = try FakeSMI(script: script)
    let report = GPUReport.ask(home: "/nowhere", path: site.path, patience: 60)
    #expect(report.gpus.count <= 1024 && report.gpus.allSatisfy { $0.uuid == "GPU-" })
    #expect(report.fault == nil)
  }

  // MARK: Sampling

  @Test func `what is sampled of a step's GPUs has the names of its own count`() {
    let uuids = ["GPU-b", "GPU-a"]
    let values = GPUMeter.values("GPU-a, 87, 2048, 301.25, 64", uuids)
    #expect(
      values.map(\.name) == [
        "system/gpu.1.utilization", "system/gpu.1.memory", "system/gpu.1.power",
        "system/gpu.1.temperature",
      ]
    )
    #expect(values.map(\.value) == [87, 2048 * 1_048_576, 301.25, 64])
    #expect(
      GPUMeter.values("GPU-b, [N/A], 3, [Not Supported], 40\r", uuids).map(\.value) == [
        3_145_728, 40,
      ]
    )
  }

  @Test(arguments: [
    "", "GPU-c, 1, 2, 3, 4", "GPU-a, 1, 2, 3", "GPU-a, 1, 2, 3, 4, 5",
    "GPU-a, 101, -1, inf, 1e9", "GPU-a, nan, nan, nan, nan", "uuid, utilization.gpu [%], a, b, c",
  ])
  func `what is no sample gives no value`(line: String) {
    #expect(GPUMeter.values(line, ["GPU-a"]).isEmpty)
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
