import BatchScoring
import Bundle
import Features
import Glibc
import Models
import POSIX
import Tables
import TestSupport

/// The bundle that the project ships.
let bundle: ModelBundle = {
    do {
        return try ModelBundle(directory: BuiltProgram.modelPath)
    } catch {
        preconditionFailure("\(error)")
    }
}()

/// Where the data of the schema is, if the environment says so; it is not part of the project.
let telcoPath = getenv("CHURN_TELCO_CSV").map { String(cString: $0) }

/// A file as it was scored.
struct Scored: Equatable {
    var predictions = ""
    var refusals = ""
    var counts = ScoringCounts()
    var lines: [Substring] { predictions.split(separator: "\n") }
}

/// Scores `text`, whose bytes arrive in chunks.
func score(
    _ text: [UInt8], _ options: ScoringOptions, chunk: Int = .max
) throws(TableInputError) -> Scored {
    var scorer = BatchScorer(model: bundle, options: options)
    var predictions = scorer.header
    var refusals: [UInt8] = []
    func collect() {
        for batch in scorer.scored {
            predictions += batch.predictions
            refusals += batch.refusals
        }
    }
    for first in stride(from: 0, to: text.count, by: min(chunk, max(1, text.count))) {
        let end = chunk < text.count - first ? first + chunk : text.count
        try scorer.take(text.span.extracting(first..<end))
        collect()
    }
    try scorer.finish()
    collect()
    return Scored(
        predictions: String(decoding: predictions, as: UTF8.self),
        refusals: String(decoding: refusals, as: UTF8.self), counts: scorer.counts)
}

func score(_ text: String, _ options: ScoringOptions) throws(TableInputError) -> Scored {
    try score(Array(text.utf8), options)
}

extension ScoringOptions {
    static let table = ScoringOptions(input: .csv, output: .csv)
    static let objects = ScoringOptions(input: .ndjson, output: .ndjson)
}

/// Customers as rows of a table.
enum Rows {
    static let header =
        "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,"
        + "InternetService,OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,"
        + "StreamingMovies,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,"
        + "Churn\n"

    /// A customer whose tenure and charges differ with `number`.
    static func row(_ number: Int, id: String? = nil, tenure: String? = nil) -> String {
        let months = number % 73
        let monthly = "\(18 + number % 100).\(number % 10)"
        let contract = ["Month-to-month", "One year", "Two year"][number % 3]
        return "\(id ?? "id-\(number)"),Female,0,Yes,No,\(tenure ?? "\(months)"),Yes,No,DSL,Yes,No,"
            + "Yes,No,No,Yes,\(contract),Yes,Mailed check,\(monthly),\(months * 20),No\n"
    }

    static func table(_ count: Int) -> String {
        header + (0..<count).map { row($0) }.joined()
    }
}
