internal import ArgumentParser

/// `churnctl features`: what churnd looks customers up in.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Store customers in Redis, where churnd looks them up.",
        subcommands: [FeaturesLoadCommand.self])
}

/// `churnctl features load`: writes the customers of a table into Redis.
struct FeaturesLoadCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Store each customer of a table as features.layout = hash has it.",
        discussion: """
            The table is CSV with a header; each row needs an identifier. A row that the schema \
            refuses is listed, by line, column and rule, and the others are stored. A customer \
            that is stored already is replaced in one step: no reader sees half of one, and a \
            field whose cell is blank is gone. Of two rows with one identifier the later stays. A \
            customer that the table lacks is left as it is, until --ttl ends.

            \(RedisOptions.discussion)

            Exit codes: 0 when all rows are stored, 64 when no Redis is named, 65 when some rows \
            were refused or the header is wrong, 66 for no input, 69 when Redis could not be \
            asked: then some customers may be stored, and loading again is safe.
            """)

    private static let ttlMax = 315_360_000

    @Argument(
        help: ArgumentHelp("The table; - is standard input.", valueName: "table"),
        completion: .file())
    var table: String

    @Option(
        help: ArgumentHelp("The schema of the records.", valueName: "path"),
        completion: .file())
    var schema: String

    @Option(
        help: ArgumentHelp(
            "What the keys begin with, as features.prefix has it.", valueName: "text"))
    var prefix = "customer:"

    @Option(
        help: ArgumentHelp(
            "Seconds after which a customer is dropped that was not loaded again.",
            valueName: "seconds"))
    var ttl: Int?

    @OptionGroup var redis: RedisOptions

    func validate() throws {
        if let ttl, !(1...FeaturesLoadCommand.ttlMax ~= ttl) {
            throw ValidationError("--ttl: expected 1 to \(FeaturesLoadCommand.ttlMax)")
        }
    }

    func perform() throws {
        guard let (session, place) = try redis.session() else {
            throw ValidationError("no Redis is named, expected --redis-url or REDIS_URL")
        }
        var run = try FeaturesLoadRun(
            schema: SchemaFile.read(schema), tablePath: table, prefix: prefix, ttlSeconds: ttl,
            session: session, place: place)
        let counts = try run.run()
        complain("\(counts.stored) customers stored, \(counts.refused) refused")
        if counts.refused > 0 { throw CommandFailure(.data) }
    }
}
