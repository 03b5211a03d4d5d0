import Engine
import Foundation
import Pipelines
import Store
import Terminal

@testable import Workbench

/// 2026-03-04 14:02:00 UTC; texts that name a clock are avoided in pictures.
let fixedNow = 1_772_632_920.0

func context(
  _ answers: [Query: Answer] = [:],
  width: Int = 80,
  height: Int = 24,
  glyphs: GlyphSet = .braille
) -> Context {
  Context(
    answers: answers,
    now: fixedNow,
    glyphs: glyphs,
    home: Home(folder: "/home/mj/.lathe"),
    size: Size(width: width, height: height)
  )
}

func instance(_ name: String = "digits", stack: String? = "digits") -> InstanceRecord {
  InstanceRecord(
    name: name,
    status: .inService,
    folder: "/home/mj/.lathe/instances/" + name,
    isAdopted: false,
    stack: stack,
    instanceType: "ml.m4.xlarge",
    cpus: 4,
    memory: 16 << 30,
    created: Date(timeIntervalSince1970: fixedNow - 86_400)
  )
}

func header(
  running: Int = 0,
  failed: Int = 0,
  all: Int = 3,
  instances: [InstanceRecord] = [instance()]
) -> Answer {
  var counts = RunCounts()
  counts.all = all
  counts.executing = running
  counts.failed = failed
  return .header(HeaderFacts(counts: counts, instances: instances, freeBytes: 212 << 30, load: nil))
}

func run(
  _ id: Int,
  _ status: RunStatus,
  rate: Double = 0.1,
  name: String? = nil,
  parent: Int? = nil,
  best: Double? = nil
) -> RunRecord {
  let created = Date(timeIntervalSince1970: fixedNow - 600 + Double(id) * 60)
  return RunRecord(
    id: id,
    instance: "digits",
    pipeline: "digits",
    status: status,
    name: name,
    parent: parent,
    parameters: ["learning_rate": .float(rate), "epochs": .integer(40)],
    created: created,
    started: created,
    ended: status.isActive ? nil : created.addingTimeInterval(134),
    pipelineFile: Digest(of: "pipeline"),
    code: Digest(of: "code"),
    stepCount: 5,
    stepsDone: status == .succeeded ? 5 : 2,
    mainMetric: best == nil ? nil : "val_loss",
    mainGoal: .min,
    mainBest: best,
    sparkline: best == nil ? [] : [2, 1.2, 0.8, 0.5, 0.4, 0.33, 0.3, 0.29]
  )
}

func picture(_ view: some View, _ context: Context) -> String {
  var screen = Screen(size: context.size)
  view.draw(on: &screen, in: context.area, context)
  return screen.text
}
