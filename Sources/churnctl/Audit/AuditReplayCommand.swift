internal import ArgumentParser
internal import AuditLog
internal import AuditReading
internal import POSIX

/// `churnctl audit replay`: whether the models say again what was answered.
struct AuditReplayCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Score the recorded predictions again and compare every bit.",
        discussion: """
            Each prediction whose features were recorded (audit.features) is scored again by the \
            model that made it, which is known by its SHA-256 among the versions in --models. Its \
            probability is compared as bits and as text, and its risk. Records that were altered \
            are not scored, and where there is a key neither are those whose MAC is wrong. A line \
            for each difference, at most 100, and a summary.

            Exit codes: 0 when nothing differs, 1 when something does, when a record was altered \
            or when its model is missing, 64 for a wrong option, 65 for a directory that holds \
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

    func perform() throws {
        Signals.ignoreBrokenPipes()
        let keys = try keyOptions.keys()
        if let keys { try AuditKeyOptions.check(keys, of: directory) }
        var run: AuditReplayRun
        do throws(FileError) {
            run = AuditReplayRun(models: try ReplayModels(directory: models), keys: keys)
        } catch { throw CommandFailure(.noInput, "\(error)") }
        var progress = Progress()
        do throws(AuditVerifierError) {
            try AuditLogLines.forEach(in: directory) { place, ending, line in
                run.take(line, ending, at: place)
                progress.show { "\(run.scoredCount) predictions" }
                return true
            }
        } catch {
            progress.clear()
            throw error
        }
        progress.clear()
        TerminalText.print(run.lines)
        guard run.isFine else { throw CommandFailure(.failure) }
        guard run.scoredCount > 0 else {
            throw CommandFailure(
                .data,
                "\(directory): no prediction with features, expected one at least: they are "
                    + "recorded "
                    + "with audit.features = on")
        }
    }
}
