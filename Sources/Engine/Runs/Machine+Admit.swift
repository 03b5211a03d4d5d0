import Documents
import Pipelines
import Store

extension Machine {
  /// Refuses a step that could never start, however empty the machine.
  func admit(_ step: Step, in instance: InstanceRecord) throws {
    guard let process = step.process else { return }
    let cpuLimit = min(cpus, instance.cpus ?? cpus)
    let memoryLimit = min(memory, instance.memory ?? memory)
    let whose = "'\(instance.name)' (\(instance.instanceType)) on this machine"
    if process.cpus > cpuLimit {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(counted(process.cpus, "CPU")) and can never start.",
        why: "\(whose) has \(cpuLimit).",
        next: "Lower 'cpu:' in line \(step.place.line) of the pipeline."
      )
    }
    if let wanted = process.memory, wanted > memoryLimit {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(byteText(wanted)) of memory and can never start.",
        why: "\(whose) has \(byteText(memoryLimit)).",
        next: "Lower 'memory:' in line \(step.place.line) of the pipeline."
      )
    }
    if process.gpus > gpus.count {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(counted(process.gpus, "GPU")) and can never start.",
        why: gpus.isEmpty
          ? "No GPU was found on this machine: nvidia-smi tells of none."
          : "This machine has \(gpus.count).",
        next: "Lower 'gpu:' in line \(step.place.line) of the pipeline."
      )
    }
  }
}
