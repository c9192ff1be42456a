internal import ArgumentParser
internal import Configuration
internal import POSIX
internal import Redis

/// `churnctl redis`: what operators change in Redis beside revocations.
struct RedisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis",
        abstract: "Mark a Redis as one that has its revocations.",
        subcommands: [RedisMarkCommand.self])
}

/// `churnctl redis mark`: sets the key that `redis.marker_key` names.
struct RedisMarkCommand: ParsableCommand {
    /// sysexits.h: a service that is needed does not answer.
    private static let unavailableExit = ExitCode(69)

    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Set the key without which churnd answers 503.",
        discussion: """
            The key is the one that --key names, else CHURND_REDIS_MARKER_KEY, as in churnd's \
            configuration (redis.marker_key). It has no expiry. After Redis has lost its data, \
            revoke the revoked tokens again, and mark Redis after that.

            \(RedisOptions.discussion)

            Exit codes: 0 when the key is there, 64 when it is not named or no Redis is, 69 when \
            Redis could not be asked.
            """)

    private static let variable = "CHURND_REDIS_MARKER_KEY"

    @OptionGroup var redis: RedisOptions

    @Option(help: ArgumentHelp("The key's name, as redis.marker_key has it.", valueName: "name"))
    var key: String?

    func run() throws {
        guard let name = key ?? Environment.variables()[RedisMarkCommand.variable] else {
            throw ValidationError("--key: missing, wanted it or \(RedisMarkCommand.variable)")
        }
        if let kind = ConfigurationTable.key(named: "redis.marker_key")?.kind, !kind.accepts(name) {
            throw ValidationError("--key: wanted \(kind.wanted)")
        }
        guard let (session, place) = try redis.session() else {
            throw ValidationError("no Redis is named, wanted --redis-url or REDIS_URL")
        }
        let reason: String
        switch session.command("SET", name, "1") {
        case .success(.status):
            return print("marked: \(TerminalText.plain(name)) is in \(place)")
        case .success(.error(let text)):
            reason = "SET was answered with \(RedisErrorCode(of: text))"
        case .success: reason = "SET: an answer that is not a status"
        case .failure(let failure): reason = "\(failure)"
        }
        complain(TerminalText.plain("\(place): \(reason)"))
        throw RedisMarkCommand.unavailableExit
    }
}
