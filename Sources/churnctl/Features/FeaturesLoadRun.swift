internal import Bytes
internal import FeatureStore
internal import Features
internal import POSIX
internal import Redis
internal import Tables

/// One run of `features load`: a table passes through it row by row, with little of it in memory.
struct FeaturesLoadRun {
    /// What became of the rows.
    struct Counts {
        var stored = 0
        var refused = 0
    }

    /// Customers that one run of the script stores: Redis serves nobody else meanwhile.
    private static let groupMax = 64

    /// Replaces customers: the time to live in seconds or 0, then for each the number of its names
    /// and values, and these.
    private static let script = """
        local place = 2
        for index = 1, #KEYS do
            local count = tonumber(ARGV[place])
            redis.call('DEL', KEYS[index])
            redis.call('HSET', KEYS[index], unpack(ARGV, place + 1, place + count))
            if ARGV[1] ~= '0' then redis.call('EXPIRE', KEYS[index], ARGV[1]) end
            place = place + count + 1
        end
        return #KEYS
        """

    /// Refused rows that are listed one by one.
    private static let listedMax = 20

    let schema: Schema
    let tablePath: String
    let prefix: String
    /// Nil: customers stay.
    let ttlSeconds: Int?
    let session: RedisSession
    /// The Redis, without its password.
    let place: String

    private var reader = CSVReader()
    /// Nil before the header.
    private var decoder: TableDecoder?
    private var keys: [[UInt8]] = []
    private var values: [[UInt8]] = []
    private var counts = Counts()
    private let now = Array("\(Clock.unixMilliseconds() / 1000)".utf8)

    init(
        schema: Schema, tablePath: String, prefix: String, ttlSeconds: Int?,
        session: RedisSession, place: String
    ) {
        self.schema = schema
        self.tablePath = tablePath
        self.prefix = prefix
        self.ttlSeconds = ttlSeconds
        self.session = session
        self.place = place
    }

    mutating func run() throws(CommandFailure) -> Counts {
        let input = try InputFile(path: tablePath)
        var block = [UInt8](repeating: 0, count: InputFile.blockBytes)
        var progress = Progress()
        var isAtEnd = false
        while !isAtEnd {
            let count = try input.read(into: &block)
            isAtEnd = count == 0
            var offset = 0
            while try next(in: block.span.extracting(0..<count), from: &offset, isAtEnd: isAtEnd) {
                try takeRow()
            }
            progress.show { "\(counts.stored) customers" }
        }
        guard decoder != nil else { throw CommandFailure(input.name, TableInputError.empty) }
        try store()
        progress.clear()
        return counts
    }

    /// Whether there is another row; at the table's end there may be one that no line end follows.
    private mutating func next(
        in chunk: Span<UInt8>, from offset: inout Int, isAtEnd: Bool
    ) throws(CommandFailure) -> Bool {
        do throws(CSVError) {
            if isAtEnd { return try reader.finish() }
            return try reader.next(in: chunk, from: &offset)
        } catch { throw CommandFailure(.data, "\(tablePath): \(error)") }
    }

    private mutating func takeRow() throws(CommandFailure) {
        let row = reader.record
        guard var decoder else {
            do throws(TableError) {
                decoder = try TableDecoder(schema: schema, header: row, readsTarget: false)
            } catch { throw CommandFailure(tablePath, TableInputError.columns(error)) }
            return
        }
        do throws(TableError) {
            guard try decoder.decode(row) else {
                return refuse(decoder.violations.map { "\($0.column): \($0.detail)" }, row.line)
            }
        } catch {
            return refuse(["\(row.count) cells, expected \(decoder.columnKinds.count)"], row.line)
        }
        self.decoder = decoder
        guard let identifier = decoder.identifier else {
            return refuse(["no identifier"], row.line)
        }
        do throws(CustomerIDError) {
            keys.append(try FeatureLayout.hash(prefix: prefix).key(of: identifier.span))
        } catch { return refuse(["an identifier that cannot be asked for"], row.line) }
        appendValues(of: row, decoder.columnKinds)
        if keys.count == FeaturesLoadRun.groupMax { try store() }
    }

    private mutating func appendValues(
        of row: borrowing CSVRecord, _ columns: [TableDecoder.ColumnKind]
    ) {
        var pairs = [Array(FeatureLayout.timeField.utf8), now]
        for (index, column) in columns.enumerated() {
            guard case .field(let field) = column else { continue }
            let cell = Array(copying: row[index])
            if cell.allSatisfy(ASCII.isBlank) { continue }
            pairs += [Array(schema.fields[field].name.utf8), cell]
        }
        values.append(Array("\(pairs.count)".utf8))
        values += pairs
    }

    private mutating func refuse(_ reasons: [String], _ line: Int) {
        counts.refused += 1
        guard counts.refused <= FeaturesLoadRun.listedMax else { return }
        for reason in reasons { complain("\(tablePath): line \(line): \(reason)") }
    }

    /// Writes the customers that have been gathered.
    private mutating func store() throws(CommandFailure) {
        guard !keys.isEmpty else { return }
        let words = ["EVAL", FeaturesLoadRun.script, "\(keys.count)"].map { Array($0.utf8) }
        let ttl = Array("\(ttlSeconds ?? 0)".utf8)
        let reason: String
        switch session.command(words + keys + [ttl] + values) {
        case .success(.integer):
            counts.stored += keys.count
            keys.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            return
        case .success(.error(let text)):
            reason = "the script was answered with \(RedisErrorCode(of: text))"
        case .success: reason = "an answer that is not a number"
        case .failure(let failure): reason = "\(failure)"
        }
        throw CommandFailure(
            .unavailable, "\(place): \(reason), after \(counts.stored) customers")
    }
}
