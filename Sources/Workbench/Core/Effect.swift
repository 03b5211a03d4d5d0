package import Documents
package import Engine

/// What a view asks for: values, carried out by the shell, answered as events.
package enum Effect: Sendable, Equatable {
  /// Opens another screen on top of this one.
  case open(Destination)
  /// Replaces the screen in front.
  case replace(Destination)
  /// Back to the screen below; the last one asks before the workbench ends.
  case back
  case quit
  /// Asks the agent in the background; answered by `.replied(tag:)`.
  case send(AgentRequest, tag: String)
  /// Writes a file by temporary file and rename; answered by `.saved`.
  case save(path: String, bytes: [UInt8], expecting: FileFacts?)
  /// A line at the bottom until the next key.
  case tell(Notice)
  case copy(String)
  /// Tells the user's desktop, where the terminal can; hostile text is fine.
  case notify(String)
  /// Remembers how charts are shown, while the workbench is open.
  case keep(ChartHabits)
  /// Remembers which runs are marked, while the workbench is open.
  case mark(RunMarks)
  /// Gives the terminal to $EDITOR for a file.
  case edit(path: String, line: Int)
}

/// Where `open` leads.
package enum Destination: Sendable, Equatable {
  case runs
  /// The runs, with those of one sweep shown below it.
  case sweep(Int)
  case gallery
  /// The form of a template's parameters.
  case launchForm(template: String)
  case stacks
  case stack(String)
  case explorer(instance: String)
  case editor(path: String, line: Int, resuming: Int?)
  /// The form of a pipeline's parameters; `from` fills it with an earlier run's values.
  case runForm(instance: String, from: Int?)
  case run(Int)
  /// A run with a step's log at a line, from 0.
  case runLog(Int, step: String, line: Int)
  case compare([Int])
  /// Every metric of these runs.
  case charts([Int])
  case models
  /// The models, with one of them selected: `digits/3`.
  case model(String)
  case help
  case palette
}

package struct Notice: Sendable, Equatable {
  package enum Kind: Sendable { case information, success, failure }

  package var kind: Kind
  /// Hostile text is fine: it is made safe when drawn.
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

package enum Reply: Sendable, Equatable {
  case done(AgentReply)
  case refused(Explanation)
}
