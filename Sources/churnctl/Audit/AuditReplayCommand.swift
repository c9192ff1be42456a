internal import ArgumentParser
internal import AuditLog
internal import AuditReading
internal import POSIX

/// `churnctl audit replay`: whether the models say again what was answered.
struct AuditReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Scores the recorded predictions again and compares every bit.",
        discussion: """
            Each prediction whose features were recorded (audit.features) is scored again by the \
            model that made it, which is known by its SHA-256 among the versions in --models. Its \
            probability is compared as bits and as text, and its risk. Records that were altered \
            are not scored, and where there is a key neither are those whose MAC is wrong. A line \
            for each difference, at most 100, and a summary.

            Exit codes: 0 when nothing differs, 1 when something does, when a record was altered \
            or when its model is not there, 64 for a wrong option, 65 for a directory that holds \
            no audit log, one of another key, or one without features to score, 66 for one that \
            cannot be read.
            """)

    @Argument(help: "The log's directory.", completion: .directory)
    var directory: String

    @Option(
        help: ArgumentHelp(
            "The directory with the versions of a model, as Models/telco-churn.",
            valueName: "directory"),
        completion: .directory)
    var models: String

    @OptionGroup var keyOptions: AuditKeyOptions

    func run() throws {
        Signals.ignoreBrokenPipes()
        let keys = try keyOptions.keys()
        if let keys { try AuditKeyOptions.check(keys, of: directory) }
        var run: AuditReplayRun
        do throws(FileError) {
            run = AuditReplayRun(models: try ReplayModels(directory: models), keys: keys)
        } catch { throw AuditFailure.noInput("\(error)") }
        var progress = Progress()
        do throws(AuditVerifierError) {
            try AuditLogLines.forEach(in: directory) { place, ending, line in
                run.take(line, ending, at: place)
                progress.show { "\(run.scoredCount) predictions" }
                return true
            }
        } catch {
            progress.clear()
            switch error {
            case .unreadable: throw AuditFailure.noInput("\(error)")
            case .notAnAuditLog: throw AuditFailure.data("\(error)")
            }
        }
        progress.clear()
        let text = run.lines.map { TerminalText.plain($0) + "\n" }.joined()
        StandardStream.output.write(Array(text.utf8).span)
        guard run.isFine else { throw ExitCode.failure }
        guard run.scoredCount > 0 else {
            throw AuditFailure.data(
                "\(directory): no prediction with features, wanted one at least: they are recorded "
                    + "with audit.features = on")
        }
    }
}
