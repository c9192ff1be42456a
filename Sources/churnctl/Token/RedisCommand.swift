internal import ArgumentParser
internal import Configuration
internal import POSIX
internal import Redis

/// `churnctl redis`: what operators change in Redis beside revocations.
struct RedisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis",
        abstract: "Mark a Redis as complete, with its revocations.",
        subcommands: [RedisMarkCommand.self])
}

/// `churnctl redis mark`: sets the key that `redis.marker_key` names.
struct RedisMarkCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Set the key without which churnd answers 503.",
        discussion: """
            The key is the one that --key names, else CHURND_REDIS_MARKER_KEY, as in churnd's \
            configuration (redis.marker_key). It has no expiry. After Redis has lost its data, \
            revoke the revoked tokens again, and mark Redis after that.

            \(RedisOptions.discussion)

            Exit codes: 0 when the key is set, 64 when no key or no Redis is named, 69 when \
            Redis could not be asked.
            """)

    private static let variable = "CHURND_REDIS_MARKER_KEY"

    @OptionGroup var redis: RedisOptions

    @Option(help: ArgumentHelp("The key's name, as redis.marker_key has it.", valueName: "name"))
    var key: String?

    func perform() throws {
        guard let name = key ?? Environment.variables()[RedisMarkCommand.variable] else {
            throw ValidationError("--key: missing, expected it or \(RedisMarkCommand.variable)")
        }
        if let kind = ConfigurationTable.key(named: "redis.marker_key")?.kind, !kind.accepts(name) {
            throw ValidationError("--key: expected \(kind.wanted)")
        }
        guard let (session, place) = try redis.session() else {
            throw ValidationError("no Redis is named, expected --redis-url or REDIS_URL")
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
        throw CommandFailure(.unavailable, "\(place): \(reason)")
    }
}
