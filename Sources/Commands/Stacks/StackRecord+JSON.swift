package import Store

extension StackRecord {
  package var json: JSON {
    [
      "name": JSON(name), "status": JSON(status.rawValue), "reason": JSON(reason),
      "template": JSON(template), "description": JSON(description),
      "parameters": JSON(sorted: parameters.mapValues { JSON($0) }),
      "outputs": .array(
        outputs.map { output in
          [
            "name": JSON(output.name), "value": JSON(output.value),
            "description": JSON(output.description),
          ]
        }
      ),
      "created": JSON(created), "updated": JSON(updated),
    ]
  }
}

extension StackReport {
  package var json: JSON {
    guard case .object(var members) = stack.json else { return stack.json }
    members.append(.init("resources", .array(resources.map(\.json))))
    members.append(.init("instances", .array(instances.map(\.json))))
    members.append(.init("events", .array(events.map(\.json))))
    return .object(members)
  }
}

extension ResourceRecord {
  package var json: JSON {
    [
      "logical_id": JSON(logicalID), "type": JSON(type), "physical_id": JSON(physicalID),
      "status": JSON(status.rawValue), "reason": JSON(reason), "updated": JSON(updated),
    ]
  }
}

extension StackEvent {
  package var json: JSON {
    [
      "id": JSON(id), "time": JSON(time), "logical_id": JSON(logicalID), "type": JSON(type),
      "status": JSON(status), "reason": JSON(reason),
    ]
  }
}

extension InstanceRecord {
  package var json: JSON {
    [
      "name": JSON(name), "status": JSON(status.rawValue), "reason": JSON(reason),
      "folder": JSON(folder), "adopted": JSON(isAdopted), "stack": JSON(stack),
      "instance_type": JSON(instanceType), "cpus": JSON(cpus), "memory_bytes": JSON(memory),
      "created": JSON(created),
    ]
  }
}
