internal import ArgumentParser
internal import Configuration
internal import Doctor
internal import POSIX

/// `churnctl doctor`: whether churnd would run well with a configuration.
struct DoctorCommand: ParsableCommand {
    /// sysexits.h: something is wrong with the configuration.
    private static let configurationExit: Int32 = 78

    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what churnd depends on: configuration, model, Redis, disk, limits, ports.",
        usage: "churnctl doctor [--dev] [--config <path>] [--<key> <value> ...]",
        discussion: """
            Takes the configuration as churnd does: flags, environment, file. To be run where \
            churnd runs and as the same user. A churnd that runs already is not disturbed; in \
            Redis a key that nobody uses is written and removed at once.

            Exit codes: 0 when nothing fails, 1 when anything does, 78 when the configuration is \
            wrong.
            """)

    @Flag(help: "As churnd --dev would run.")
    var dev = false

    @Option(help: "The configuration file; without it Config/churnd.conf, if it is there.")
    var config: String?

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp(visibility: .hidden))
    var keys: [String] = []

    func run() throws {
        // Before a secret is read.
        try ProcessMemory.seal()
        let doctor: Doctor
        do throws(ConfigurationError) {
            doctor = try Doctor(
                .ofProcess(flags: try ConfigurationFlag.parse(keys), filePath: config),
                isDevelopment: dev)
        } catch {
            complain(TerminalText.plain("\(error)"))
            throw ExitCode(DoctorCommand.configurationExit)
        }
        var hasFailed = false
        doctor.examine { finding in
            hasFailed = hasFailed || finding.verdict == .failure
            // At once, for the next check may take its time.
            let line = Array("\(TerminalText.plain("\(finding)"))\n".utf8)
            StandardStream.output.write(line.span)
        }
        if hasFailed { throw ExitCode.failure }
    }
}
