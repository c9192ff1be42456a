import Bytes
import Features
import POSIX
import Tables
import TestSupport
import Training

/// A table of an invented schema, and its files.
struct TrainingTable {
    static let schemaText = """
        {"type":"object","properties":{
        "id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["basic","plus","all"],"x-aliases":{"full":"all"}},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "price":{"type":"number","minimum":0,"maximum":150,"x-blank":0}},
        "required":["plan","months","price"],"additionalProperties":false,
        "x-target":{"column":"left","positive":"yes","negative":"no"}}
        """

    let directory: TemporaryDirectory
    var tablePath: String { directory.path(of: "table.csv") }
    var schemaPath: String { directory.path(of: "schema.json") }

    init(rows: [String], header: String = "id,plan,months,price,left") throws {
        directory = try TemporaryDirectory()
        try write(([header] + rows).map { $0 + "\n" }.joined(), to: tablePath)
        try write(Self.schemaText, to: schemaPath)
    }

    /// Rows in which the price drives customers away and the months hold them.
    static func rows(_ count: Int, seed: UInt64 = 1) -> [String] {
        var random = RandomSource(seed: seed)
        let plans = ["basic", "plus", "all", "full"]
        return (0..<count).map { row in
            let months = random.next(below: 61)
            let price = random.next(below: 150)
            let leaves = price + random.next(below: 60) > 40 + 2 * months
            let plan = plans[random.next(below: 4)]
            return "c\(row),\(plan),\(months),\(price),\(leaves ? "yes" : "no")"
        }
    }

    func read(limits: TrainingData.Limits = .init()) throws(DataError) -> TrainingData {
        try TrainingData(table: tablePath, schema: schemaPath, limits: limits)
    }

    func write(_ text: String, to path: String) throws {
        let bytes = Array(text.utf8)
        try Files.writeAtomically(bytes.span, to: path)
    }
}
