internal import ArgumentParser
internal import Configuration
internal import Doctor
internal import POSIX

/// `churnctl doctor`: whether churnd would run well with a configuration.
struct DoctorCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what churnd depends on: configuration, model, Redis, disk, limits, ports.",
        usage: "churnctl doctor [--dev] [--config <path>] [--<key> <value> ...]",
        discussion: """
            Reads the configuration as churnd does: flags, environment, file. Run it where churnd \
            runs and as the same user. A running churnd is not disturbed; in Redis an unused key \
            is written and immediately removed.

            Exit codes: 0 when nothing fails, 1 when anything does, 78 when the configuration is \
            wrong.
            """)

    @Flag(help: "Check the configuration of churnd --dev.")
    var dev = false

    @Option(help: "The configuration file; without it Config/churnd.conf, if it exists.")
    var config: String?

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp(visibility: .hidden))
    var keys: [String] = []

    func perform() throws {
        // Before a secret is read.
        try ProcessMemory.seal()
        let doctor: Doctor
        do throws(ConfigurationError) {
            doctor = try Doctor(
                .ofProcess(flags: try ConfigurationFlag.parse(keys), filePath: config),
                isDevelopment: dev)
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
        var hasFailed = false
        doctor.examine { finding in
            hasFailed = hasFailed || finding.verdict == .failure
            // Immediately, because the next check may take its time.
            TerminalText.print(["\(finding)"])
        }
        if hasFailed { throw CommandFailure(.failure) }
    }
}
