package import Bundle
internal import Bytes
package import Features
internal import JSON
package import Models
internal import OpenSSL
internal import XGBoost

/// Makes a bundle from a model that was trained elsewhere.
///
/// The library of this machine may be older than the model, and reads some newer documents wrongly
/// without a word. So the margins of the golden rows are computed twice: by the scorer that will
/// serve, from the document as it is, and by the library, from the document as an older release
/// would have written it. They must be equal bit for bit, or nothing is imported.
package struct ModelImport: Sendable {
    package var name: String
    package var version: String
    /// What the golden rows are drawn with.
    package var seed: UInt64 = 1
    /// Whether a model that was stopped early is taken with the rounds after its best one.
    package var keepsAllRounds = false
    package var thresholds = Thresholds.standard
    /// What the import is proved with.
    package var material = ProofMaterial()
    /// Whether a model is taken without a proof though something in it is doubtful.
    package var acceptsUnproven = false

    /// Bytes of the model's file, and of the list of columns.
    package static let modelBytesMax = ModelLimits().modelBytesMax
    package static let columnsBytesMax = 1 << 20

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// What was made of a model.
    package struct Result: Sendable {
        package let bundle: BundleWriter
        package let encoding: FeatureEncoding
        /// Columns that are taken as they are, though a step of scikit-learn may have changed them.
        package let unscaledColumns: [String]
        package let proof: ImportProof
    }

    /// - Parameters:
    ///   - file: the model as XGBoost saved it, JSON or UBJSON, or of LightGBM as text, or
    ///     ONNX.
    ///   - columns: a list of columns as JSON, where the model's own names do not do.
    package func run(
        file: [UInt8], schema: Schema, columns: [UInt8]? = nil
    ) throws(ImportError) -> Result {
        let converted = try ModelImport.converted(file)
        let document =
            if let converted { converted.document } else { try ModelImport.document(file) }
        if let found = converted?.positiveLabel, let wanted = schema.target?.positive,
            found != wanted
        {
            throw .otherOutcome(found: found, wanted: wanted)
        }
        let facts: LearnerDocument
        let encoding: FeatureEncoding
        let ensemble: Ensemble
        do throws(ImportError) {
            (facts, encoding, ensemble) = try read(document, converted, schema, columns)
        } catch {
            guard converted == nil, let foreign = ForeignModel(json: document.span) else {
                throw error
            }
            // A truncated file is not JSON of any kind.
            if case .malformed = error, foreign == .otherJSON { throw error }
            throw .foreign(foreign)
        }
        if let best = facts.bestIteration, let rounds = facts.roundCount, best + 1 < rounds,
            !keepsAllRounds
        {
            throw .stoppedEarly(best: best, rounds: rounds)
        }
        let ranges = ColumnRanges(schema)
        for (column, use) in zip(encoding.columns, ensemble.featureUses) {
            try ranges.check(column, use)
        }
        let (rows, firstRow) = try goldenRows(
            ensemble, schema, encoding, legacy: facts.legacyDocument(document), converted)
        let suspicions = VisibleSuspicions(ensemble, encoding, schema)
            .found(in: rows, firstRow: firstRow, columnsWithMissing: converted?.columnsWithMissing)
        let proof = try ImportProof(
            material, ModelScorer(ensemble, encoding, schema: schema), encoding, schema,
            suspicions: suspicions,
            positiveWeight: facts.positiveWeight)
        guard proof.openSuspicions.isEmpty || acceptsUnproven else {
            throw .suspicious(proof.openSuspicions)
        }
        let bundle = BundleWriter(
            model: document, goldenRows: rows, name: name, version: version, schema: schema,
            encoding: encoding, calibration: .none, thresholds: thresholds,
            meanContributions: MeanContributions.values(
                ensemble, encoding, records: material.records),
            metrics: JSONObject(),
            provenance: provenance(file, converted?.library ?? facts.library, proof))
        return Result(
            bundle: bundle, encoding: encoding,
            unscaledColumns: encoding.columns.filter { column in
                column.content == .number && column.mean == 0 && column.scale == 1
                    && column.name != schema.features[column.feature].name
            }.map(\.name),
            proof: proof)
    }

    private func read(
        _ document: [UInt8], _ converted: ConvertedModel?, _ schema: Schema, _ columns: [UInt8]?
    ) throws(ImportError) -> (LearnerDocument, FeatureEncoding, Ensemble) {
        let facts: LearnerDocument
        do throws(JSONError) {
            facts = try LearnerDocument(parsing: document.span)
        } catch { throw .malformed(error) }
        let encoder = ColumnEncoder(
            schema: schema, known: converted?.columns ?? facts.columns,
            transformations: converted?.transformations,
            columnCount: converted?.columns.count ?? facts.featureCount)
        let encoding = try encoder.encoding(columns)
        do throws(ModelError) {
            let ensemble = try Ensemble(
                xgboostJSON: document.span, featureNames: encoding.columnNames)
            return (facts, encoding, ensemble)
        } catch { throw .model(error) }
    }

    /// The model of another library; nil if the file is not one that is converted.
    private static func converted(_ file: [UInt8]) throws(ImportError) -> ConvertedModel? {
        guard file.count <= modelBytesMax else {
            throw .model(.tooMany("bytes", found: file.count, most: modelBytesMax))
        }
        if ONNXGraph.begins(file.span) { return try ONNXReader.model(file) }
        guard LightGBMReader.begins(file.span) else { return nil }
        do throws(ModelError) {
            return try LightGBMReader.model(file)
        } catch { throw .model(error) }
    }

    /// The model as strict JSON.
    private static func document(_ file: [UInt8]) throws(ImportError) -> [UInt8] {
        if UBJSONReader.begins(file.span) {
            do throws(UBJSONError) {
                return try UBJSONReader.json(file.span, bytesMax: modelBytesMax)
            } catch { throw .ubjson(error) }
        }
        if let foreign = ForeignModel(file.span) { throw .foreign(foreign) }
        guard file.first(where: { !ASCII.isSpace($0) }) == UInt8(ascii: "{") else {
            throw .notAModel
        }
        return JSONText.finite(file)
    }

    private func goldenRows(
        _ ensemble: Ensemble, _ schema: Schema, _ encoding: FeatureEncoding, legacy: [UInt8],
        _ converted: ConvertedModel?
    ) throws(ImportError) -> (rows: [GoldenRow], first: [Float]) {
        let requests = GoldenRequests(schema: schema, seed: seed)
        let values = requests.values(schema, encoding)
        let count = encoding.columnCount
        let expected: [Float]
        do throws(XGBoostError) {
            expected = try Booster.margins(
                of: values.span, columnCount: count, document: legacy.span)
        } catch { throw .library(error) }
        var margins: [Float] = []
        for (index, wanted) in expected.enumerated() {
            let row = values.span.extracting(index * count..<(index + 1) * count)
            let margin = ensemble.margin(row)
            margins.append(margin)
            let isEqual =
                converted?.isNear(margin, library: wanted, ensemble)
                ?? (margin.bitPattern == wanted.bitPattern)
            guard isEqual else {
                throw .marginsDiffer(
                    row: index + 1, found: margin.bitPattern, library: wanted.bitPattern)
            }
            try converted?.check(margin, of: row, number: index + 1)
        }
        return (
            requests.rows(margins: margins, link: ensemble.link), Array(values.prefix(count))
        )
    }

    private func provenance(
        _ file: [UInt8], _ savedBy: String?, _ proof: ImportProof
    ) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = [
            ("method", .string("imported")),
            ("file_sha256", .string(SHA256.hexDigest(file.span))),
        ]
        if let savedBy { members.append(("saved_by", .string(savedBy))) }
        members += [
            ("seed", .string("\(seed)")),
            ("library", .string("XGBoost \(XGBoostLibrary.version)")),
        ]
        members += proof.members
        return JSONObject(members: members)
    }
}
