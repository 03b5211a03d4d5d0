import Documents
import Pipelines
import Store

extension Machine {
  /// Refuses a step that could never start, however empty the machine.
  ///
  /// `visible` is what the launching shell leaves of the GPUs, `fault` why they are not known.
  func admit(
    _ step: Step,
    in instance: InstanceRecord,
    visible: VisibleGPUs? = nil,
    fault: String? = nil
  ) throws {
    guard let process = step.process else { return }
    let cpuLimit = min(cpus, instance.cpus ?? cpus)
    let memoryLimit = min(memory, instance.memory ?? memory)
    let whose = "'\(instance.name)' (\(instance.instanceType)) on this machine"
    if process.cpus > CPUs(cpuLimit) {
      throw Explanation(
        what: "Step '\(step.name)' asks for \(counted(process.cpus)) and can never start.",
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
    try admitGPUs(process.gpus ?? 0, of: step, in: instance, visible, fault)
  }

  private func admitGPUs(
    _ wanted: Int,
    of step: Step,
    in instance: InstanceRecord,
    _ visible: VisibleGPUs?,
    _ fault: String?
  ) throws {
    let seen = visible?.among(gpus) ?? gpus
    let limit = min(seen.count, instance.gpus ?? seen.count)
    guard wanted > limit else { return }
    var why = "This machine has \(gpus.count)."
    var next = "Lower 'gpu:' in line \(step.place.line) of the pipeline."
    if let fault {
      why = fault
      next = "Try 'nvidia-smi' by hand; 'lathe doctor' tells what it says of the GPUs."
    } else if let cap = instance.gpus, wanted > cap {
      why =
        "'\(instance.name)' is an \(instance.instanceType), which has \(cap == 0 ? "none" : "\(cap)")."
      next =
        "Take an instance type with GPUs, such as ml.g5.xlarge, or 'local' for the whole machine."
    } else if gpus.isEmpty {
      why = "No GPU was found on this machine: nvidia-smi tells of none."
      next = "Remove 'gpu:' in line \(step.place.line) of the pipeline, or say 'gpu: 0'."
    } else if let visible, wanted > seen.count {
      why = "The launching shell leaves \(seen.count) of the \(gpus.count) (\(visible.text))."
      next = "Launch with more of them in \(VisibleGPUs.variable), or without it."
    }
    throw Explanation(
      what: "Step '\(step.name)' asks for \(counted(wanted, "GPU")) and can never start.",
      why: why,
      next: next
    )
  }
}
