internal import ArgumentParser
internal import Configuration
internal import Doctor
internal import POSIX

@main
struct Churnd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churnd",
        abstract: "Serve churn predictions over HTTP, to callers with a token and within a quota.",
        usage: """
            churnd [--dev] [--config <path>] [--<key> <value> ...]
            churnd --check-live|--check-ready|--check-health [--config <path>] [--<key> <value> ...]
            churnd --print-config [--dev] [--config <path>] [--<key> <value> ...]
            """,
        discussion: keysHelp, version: Release.version)

    @Flag(help: "Development mode: generated secret and token, store in memory, loopback only.")
    var dev = false

    @Flag var check: HealthCheck?

    @Flag(help: "Print the configuration in the format of its file, without secrets, and exit.")
    var printConfig = false

    @Option(help: "The configuration file; without it Config/churnd.conf, if it exists.")
    var config: String?

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp(visibility: .hidden))
    var keys: [String] = []

    func run() throws {
        // Before a secret is read.
        try ProcessMemory.seal()
        let launch = Launch(isDevelopment: dev, filePath: config, keys: keys)
        if printConfig { throw ExitCode(launch.printConfiguration()) }
        throw ExitCode(check.map { launch.check($0.question) } ?? launch.serve())
    }

    /// A check of a running churnd: exit 0 for yes, 1 for no.
    enum HealthCheck: String, EnumerableFlag {
        case checkLive, checkReady, checkHealth

        var question: HealthQuestion {
            switch self {
            case .checkLive: .live
            case .checkReady: .ready
            case .checkHealth: .health
            }
        }

        static func help(for value: HealthCheck) -> ArgumentHelp? {
            switch value {
            case .checkLive: "Ask a running churnd whether it answers; exit with 0 or 1."
            case .checkReady: "Ask it whether requests should be sent to it; exit with 0 or 1."
            case .checkHealth: "Ask it whether everything it depends on works; exit with 0 or 1."
            }
        }
    }

    private static var keysHelp: String {
        var text = "Configuration keys: flags, environment variables or lines of the file:\n"
        for key in ConfigurationTable.keys {
            let standard = key.defaultText.map { " (\($0))" } ?? ""
            text += "\n  --\(key.name)\(standard)\n      \(key.meaning)"
        }
        return text
    }
}
