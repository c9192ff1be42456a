package import Features
package import JSON
package import Models
internal import OpenSSL
internal import POSIX
package import XGBoost

/// Writes a bundle's directory: all of it, verified to load, or nothing.
package struct BundleWriter: Sendable {
    package let model: [UInt8]
    package let golden: [UInt8]
    package let manifest: [UInt8]

    /// Makes the contents of the three files. The golden margins are those of libxgboost after it
    /// has read `model` again, as another program would.
    package init(
        model: [UInt8], name: String, version: String, schema: Schema, encoding: FeatureEncoding,
        link: Link = .logistic, calibration: Calibration, thresholds: Thresholds,
        metrics: JSONObject, provenance: JSONObject, seed: UInt64
    ) throws(XGBoostError) {
        let rows = try BundleWriter.goldenRows(
            GoldenRequests(schema: schema, seed: seed), model: model, schema: schema,
            encoding: encoding
        ) { calibration.probability(fromMargin: $0, link: link) }
        self.init(
            model: model, goldenRows: rows, name: name, version: version, schema: schema,
            encoding: encoding, calibration: calibration, thresholds: thresholds,
            metrics: metrics, provenance: provenance)
    }

    /// Makes the contents of the three files, with golden rows that were computed elsewhere.
    package init(
        model: [UInt8], goldenRows: [GoldenRow], name: String, version: String, schema: Schema,
        encoding: FeatureEncoding, calibration: Calibration, thresholds: Thresholds,
        metrics: JSONObject, provenance: JSONObject
    ) {
        var lines = JSONWriter()
        for row in goldenRows { row.write(to: &lines) }
        let golden = lines.finish()
        self.model = model
        self.golden = golden
        manifest = IndentedJSON.bytes(
            Manifest(
                name: name, version: version, schema: schema, encoding: encoding,
                calibration: calibration, thresholds: thresholds, metrics: metrics,
                provenance: provenance, modelSHA256: SHA256.hexDigest(model.span),
                goldenSHA256: SHA256.hexDigest(golden.span)
            ).document)
    }

    /// Finds out before long work whether a bundle could be written to `directory`, and removes
    /// what an interrupted one has left there. The directories above it are made.
    package static func prepare(_ directory: String) throws(TrainingError) {
        let temporary = try beginTemporary(directory)
        do throws(FileError) {
            try Directories.removeWithFiles(temporary)
        } catch { throw .unwritable(error) }
    }

    /// Makes an empty directory beside `directory`, which must not be there.
    private static func beginTemporary(_ directory: String) throws(TrainingError) -> String {
        guard !Directories.isAnything(at: directory) else { throw .outputExists(path: directory) }
        let temporary = "\(directory).new"
        do throws(FileError) {
            if Directories.isAnything(at: temporary) {
                try Directories.removeWithFiles(temporary)
            }
            try Directories.create(temporary)
        } catch { throw .unwritable(error) }
        return temporary
    }

    /// Writes the files beside `directory`, loads them, and only then gives them that name. After
    /// an error nothing is left behind.
    package func write(to directory: String) throws(TrainingError) -> ModelBundle {
        let temporary = try BundleWriter.beginTemporary(directory)
        do throws(TrainingError) {
            return try publish(temporary, as: directory)
        } catch {
            // What made the attempt fail is worth more than what keeps its rest from going away.
            try? Directories.removeWithFiles(temporary)
            throw error
        }
    }

    private func publish(
        _ temporary: String, as directory: String
    ) throws(TrainingError) -> ModelBundle {
        do throws(FileError) {
            for (file, bytes) in [
                (BundleFile.model, model), (.golden, golden), (.manifest, manifest),
            ] {
                try Files.writeAtomically(bytes.span, to: "\(temporary)/\(file.rawValue)")
            }
        } catch { throw .unwritable(error) }
        let bundle: ModelBundle
        do throws(ModelError) {
            bundle = try ModelBundle(directory: temporary)
        } catch { throw .bundle(error) }
        do throws(FileError) {
            try Directories.rename(temporary, to: directory)
        } catch { throw .unwritable(error) }
        return bundle
    }

    private static func goldenRows(
        _ requests: GoldenRequests, model: [UInt8], schema: Schema, encoding: FeatureEncoding,
        probability: (_ margin: Float) -> Float
    ) throws(XGBoostError) -> [GoldenRow] {
        var decoder = RecordDecoder(schema: schema)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var values: [Float] = []
        for body in requests.bodies {
            let isValid = (try? decoder.decode(body.span)) ?? false
            precondition(isValid, "a golden request is made by the schema's rules")
            encoding.encode(decoder.record, into: &row)
            values += row
        }
        let margins = try Booster(document: model.span)
            .margins(of: try DataMatrix(rows: values.span, columnCount: encoding.columnCount))
        return zip(requests.bodies, margins).map { body, margin in
            GoldenRow(
                request: body, marginBits: margin.bitPattern,
                probability: probability(margin))
        }
    }
}
