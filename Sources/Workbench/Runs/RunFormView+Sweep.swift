import Documents
import Pipelines
import Store
import Terminal

/// Fields that hold several values.
extension RunFormView {
  static let parallel = " parallel"

  func parameter(_ name: String?) -> ParameterDeclaration? {
    pipeline?.parameters.first { $0.name == name }
  }

  /// The parameters that are swept: those that were switched, and numbers that are no single value.
  var sweptFields: [String] {
    form.fields.compactMap { field in
      guard let declaration = parameter(field.id), !field.value.isEmpty else { return nil }
      if switched.contains(field.id) { return field.id }
      guard declaration.kind == .float || declaration.kind == .integer else { return nil }
      guard case .failure = declaration.value(of: field.value) else { return nil }
      let hasSeveral =
        field.value.contains(",") || field.value.contains("..") || field.value.hasPrefix("log:")
      return hasSeveral ? field.id : nil
    }
  }

  /// As `--sweep` takes them; empty where every field has one value.
  var parts: [String] { sweptFields.map { "\($0)=\(form[$0] ?? "")" } }

  /// The values of the fields that can be understood.
  var sweptValues: [String: [String]] {
    var values: [String: [String]] = [:]
    for part in parts {
      for axis in (try? Sweep([part]))?.axes ?? [] { values[axis.name] = axis.values }
    }
    return values
  }

  var runCount: Int { (try? Sweep(parts))?.count ?? 0 }

  /// Lets the focused field take several values, or one again.
  mutating func switchField() {
    guard let field = form.focused, let declaration = parameter(field.id),
      let index = form.fields.firstIndex(where: { $0.id == field.id })
    else { return }
    var value = field.value
    if switched.remove(field.id) == nil {
      switched.insert(field.id)
      // A choice becomes a text, with all that there is to choose from.
      if case .choice(let choice) = field.input {
        value = choice.values.map(Self.quoted).joined(separator: ",")
      }
      form.fields[index].input = .text(Self.several(value))
    } else {
      value = sweptFirst(value, of: field.id)
      let allowed =
        declaration.kind == .boolean
        ? ["true", "false"] : declaration.allowed.map(\.description)
      form.fields[index].input =
        allowed.contains(value)
        ? .choice(Choice(allowed, selected: value))
        : .text(TextField(value, placeholder: "required"))
    }
    check()
  }

  static func several(_ value: String) -> TextField {
    TextField(value, placeholder: "values, such as 1,2,3")
  }

  private func sweptFirst(_ value: String, of name: String) -> String {
    (try? Sweep(["\(name)=\(value)"]))?.axes.first?.values.first ?? value
  }

  private static func quoted(_ value: String) -> String {
    value.contains(",") || value.contains("..") || value.isEmpty ? "'\(value)'" : value
  }

  /// Why the values of a swept field cannot be used.
  var sweepFaults: [String: SafeText] {
    var faults: [String: SafeText] = [:]
    func note(_ name: String, _ parts: [String]) {
      faults[name] = SafeText(hostile: parts.filter { !$0.isEmpty }.joined(separator: " "))
    }
    for name in sweptFields {
      do throws(Sweep.Fault) {
        let sweep = try Sweep(["\(name)=\(form[name] ?? "")"])
        for value in sweep.axes.first?.values ?? [] {
          guard case .failure(let fault)? = parameter(name)?.value(of: value) else { continue }
          note(name, [fault.message, fault.hint])
          break
        }
      } catch {
        note(name, [error.what, error.why, error.next])
      }
    }
    if faults.isEmpty, let last = sweptFields.last {
      do throws(Sweep.Fault) {
        _ = try Sweep(parts)
      } catch {
        note(last, [error.what, error.why])
      }
    }
    return faults
  }

  /// Tells how many runs there would be, and asks how many of them at once.
  mutating func showSweep() {
    let isSweep = !parts.isEmpty
    let count = runCount
    form.button = isSweep && count > 0 ? "Launch \(count) \(count == 1 ? "run" : "runs")" : "Launch"
    let place = form.fields.firstIndex { $0.id == RunFormView.parallel }
    if isSweep, place == nil {
      form.fields.append(
        Form.Field(
          RunFormView.parallel,
          label: "at once",
          group: "This run",
          help:
            "How many of the sweep's runs may execute at once; empty: as many as there is room for.",
          value: "",
          placeholder: "as many as fit"
        )
      )
    } else if !isSweep, let place {
      form.fields.remove(at: place)
    }
    if let place = form.fields.firstIndex(where: { $0.id == RunFormView.parallel }) {
      let text = form.fields[place].value
      let isNumber = text.isEmpty || Int(text).map { (1...Sweep.limit).contains($0) } ?? false
      form.fields[place].fault = isNumber ? nil : "It is a number from 1 to \(Sweep.limit)."
    }
  }
}
