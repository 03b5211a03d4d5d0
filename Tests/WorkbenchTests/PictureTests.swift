import Engine
import Foundation
import Infrastructure
import Store
import Terminal
import Testing

@testable import Workbench

struct PictureTests {
  private func frame(
    _ place: Destination,
    _ answers: [Query: Answer],
    width: Int = 80,
    height: Int = 24
  ) -> String {
    var root = Root(context: context(width: width, height: height), start: place)
    _ = root.update(.answered(.header, header(running: 1, failed: 1)))
    for (query, answer) in answers { _ = root.update(.answered(query, answer)) }
    return root.draw().text
  }

  @Test func `the runs, with a wide and an accented name`() {
    let runs = [
      run(3, .failed, rate: 1, name: "작은 학습률 école", parent: 2),
      run(2, .executing, rate: 0.03, parent: 1, best: 0.288),
      run(1, .succeeded, best: 0.342),
    ]
    let text = frame(.runs, [.runs(filter: "", limit: RunsView.page): .runs(runs)])
    #expect(
      text == """
         digits running 4 CPU 16 GiB (ml.m4.xlarge) │ 1 running 1 FAILED │ free 212 GiB
        ╭─ Runs 3 ─────────────────────────────────────────────────────────────────────╮
        │  status        run name       what changed             val_loss    took  ago │
        │  ▶ running 2/5 r2             learning_rate 0.03 (0.1) 0.288      8m00s   8m │
        │  ✗ FAILED      r3  작은 학습… learning_rate 1.0 (0.03)            2m14s   4m │
        │  ✓ ok          r1             first run                0.342      2m14s   6m │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ r2 ──────────────────────────────────────────────────────── digits, digits ─╮
        │ changed     learning_rate 0.03 (0.1)                                         │
        │ parameters  epochs 40  learning_rate 0.03                                    │
        │ steps       2 of 5 done                                                      │
        │ code        snapshot 5694d08a                                                │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         Enter open  n launch  Space mark  C charts  1-5 screens  : all  ? keys  q quit
        """
    )
  }

  @Test func `no runs yet, at the smallest size`() {
    let text = frame(
      .runs,
      [
        .header: header(running: 1, failed: 1, all: 0),
        .runs(filter: "", limit: RunsView.page): .runs([]),
      ],
      width: 60,
      height: 16
    )
    #expect(
      text == """
         digits running │ 1 running 1 FAILED │ free 212 GiB
        ╭─ Runs ───────────────────────────────────────────────────╮
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                      No runs yet.                        │
        │                                                          │
        │       n launches the pipeline, 3 shows the files.        │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        ╰──────────────────────────────────────────────────────────╯
         n launch  1-5 screens  : all  ? keys  q quit
        """
    )
  }

  @Test func `the models, with what waits for a decision`() {
    let model = ModelRecord(
      group: "digits",
      version: 1,
      approval: .pending,
      run: 2,
      step: "train",
      instance: "digits",
      artifact: Artifact(kind: .folder, digest: Digest(of: "m"), size: 400_000),
      metrics: ["accuracy": 0.957],
      created: Date(timeIntervalSince1970: fixedNow - 300)
    )
    let text = frame(.models, [.models: .models([model])], height: 20)
    #expect(
      text == """
         digits running 4 CPU 16 GiB (ml.m4.xlarge) │ 1 running 1 FAILED │ free 212 GiB
        ╭─ Models ───────────────────────────────────────────── 1 needs your approval ─╮
        │ model      status              metrics               run    instance     age │
        │ digits/1   needs your approval accuracy 0.957        r2     digits        5m │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ╭─ digits/1 ────────────────────────────────────────────────── Enter opens r2 ─╮
        │ status    needs your approval (PendingManualApproval)                        │
        │ lineage   r2 > train in digits                                               │
        │ metrics   accuracy 0.957                                                     │
        │ content   folder, 391 KiB, sha256 62c66a7a5dd70c31                           │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         Enter open its run  A approve  X reject  1-5 screens  : all  ? keys  q quit
        """
    )
  }

  @Test func `the files, folders first`() {
    let entries = [
      FolderEntry(name: "steps", isFolder: true, size: 0),
      FolderEntry(name: "데이터.csv", isFolder: false, size: 120_000),
      FolderEntry(name: "pipeline.yaml", isFolder: false, size: 900),
      FolderEntry(name: ".venv", isFolder: true, size: 0),
    ]
    let text = frame(
      .explorer(instance: "digits"),
      [
        .instances: .instances([instance()]),
        .folder(instance().folder): .folder(entries),
      ],
      width: 60,
      height: 16
    )
    #expect(
      text == """
         digits running │ 1 running 1 FAILED │ free 212 GiB
        ╭─ digits ─────────────────────────────────────────────────╮
        │ ▸ steps                                                  │
        │   데이터.csv                                     117 KiB │
        │   pipeline.yaml                                    900 B │
        │ ▸ .venv                                                  │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        │                                                          │
        ╰──────────────────────────────────────────────────────────╯
         Enter expand  n launch  1-5 screens  : all  ? keys  q quit
        """
    )
  }

  @Test func `the form of a template, with a value that is missing a choice`() {
    let template = Template(
      description: "Real handwritten digits, from data to an approved model.",
      parameters: [
        TemplateParameter(
          name: "InstanceType",
          defaultValue: "local",
          allowedValues: ["local", "ml.m4.xlarge"],
          label: "Instance type",
          group: "Machine"
        ),
        TemplateParameter(name: "Repository", label: "Code repository", group: "Code"),
      ],
      conditions: [:],
      resources: [],
      outputs: []
    )
    let loaded = LoadedTemplate(
      name: "digits",
      file: "template.yaml",
      text: "",
      template: template
    )
    let text = frame(
      .launchForm(template: "digits"),
      [.template("digits"): .template(loaded), .stacks: .stacks([])],
      height: 20
    )
    #expect(
      text == """
         digits running 4 CPU 16 GiB (ml.m4.xlarge) │ 1 running 1 FAILED │ free 212 GiB
        ╭─ Set up digits ───────────────────────────────────────────────────── 1 of 2 ─╮
        │ Real handwritten digits, from data to an approved model.                     │
        │                                                                              │
        │ Stack                                                                        │
        │ ▸ Stack name       digits-2                                                  │
        │                                                                              │
        │ Machine                                                                      │
        │   Instance type    ‹ local ›  1/2                                            │
        │                                                                              │
        │ Code                                                                         │
        │   Code repository  required                                                  │
        │                                                                              │
        │ What the stack and its instance are called: letters, digits and hyphens.     │
        │                                                                              │
        │ [ Next: the plan ]                                                           │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         Enter next: the plan  Tab next value  Ctrl-P all  F1 keys  Ctrl-C quit
        """
    )
  }
}
