internal import ArgumentParser
internal import Features
internal import ModelImport
internal import POSIX
internal import Tables

/// The options of `model import` that name what verifies the import.
struct ImportProofOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A table with its outcomes, to judge the predictions.", valueName: "path"),
        completion: .file())
    var data: String?

    @Option(
        help: ArgumentHelp(
            """
            Predictions of the original model: CSV with the rows' identifiers and probabilities, \
            or with probabilities alone in the rows' order.
            """, valueName: "path"),
        completion: .file())
    var expect: String?

    @Option(
        help: ArgumentHelp(
            "The rows of --expect: a table, which needs no outcomes. (default: --data)",
            valueName: "path"),
        completion: .file())
    var rows: String?

    @Flag(help: "Accept a doubtful model without verification.")
    var unproven = false

    private static let tableBytesMax = 1 << 28

    func validate() throws {
        if expect != nil, rows == nil, data == nil {
            throw ValidationError("--expect: expected its rows too, by --rows or --data")
        }
        if rows != nil, expect == nil {
            throw ValidationError("--rows: expected what is predicted for them, by --expect")
        }
    }

    /// Reads the files that are named.
    func material(_ schema: Schema) throws(CommandFailure) -> ProofMaterial {
        var material = ProofMaterial()
        if let data {
            let file = try InputFile.readAll(data, bytesMax: ImportProofOptions.tableBytesMax)
            material.labelled = .init(
                try proofRows(file, data, schema, needsTarget: true), file: file)
        }
        guard let expect, let path = rows ?? data else { return material }
        let file = try InputFile.readAll(expect, bytesMax: Expectations.bytesMax)
        let expectations: Expectations
        do throws(ExpectationError) {
            expectations = try Expectations(parsing: file, identifier: schema.identifier?.name)
        } catch { throw CommandFailure(expect, .expectations(error)) }
        let table = try InputFile.readAll(path, bytesMax: ImportProofOptions.tableBytesMax)
        material.expected = .init(
            expectations, file: file,
            rows: try proofRows(table, path, schema, needsTarget: false))
        return material
    }

    private func proofRows(
        _ file: [UInt8], _ path: String, _ schema: Schema, needsTarget: Bool
    ) throws(CommandFailure) -> ProofRows {
        do throws(DataError) {
            return try ProofRows(table: file, path: path, schema: schema, needsTarget: needsTarget)
        } catch { throw CommandFailure(path, .proofRows(error)) }
    }
}

extension ImportProof {
    /// What is reported about a successful import, a line each.
    var remarks: [String] {
        var remarks: [String] = []
        if let comparedCount {
            remarks.append("\(comparedCount) predictions are the expected ones")
        }
        if let outcome {
            remarks.append("\(outcome)")
            remarks += outcome.reasons.map { "as in Python, but: \($0)" }
        }
        let prefix = isProven ? "confirmed, though visible in the model" : "unproven"
        remarks += suspicions.map { "\(prefix): \($0)" }
        if !isProven {
            remarks.append(
                "unproven: whether it predicts what it predicts in Python is shown by --expect, "
                    + "and by --data with outcomes")
        }
        return remarks
    }
}
