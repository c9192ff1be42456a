internal import Features
internal import JSON
package import Models

extension Manifest {
    /// Reads `manifest.json`. Members this format does not know are ignored, so that a bundle may
    /// say more than this program asks.
    package init(
        parsing bytes: Span<UInt8>, limits: ModelLimits = ModelLimits()
    ) throws(BundleError) {
        guard bytes.count <= limits.manifestBytesMax else {
            throw .tooMany(.manifest, "bytes", found: bytes.count, most: limits.manifestBytesMax)
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes, depthMax: ModelLimits.jsonDepthMax)
        } catch { throw .malformed(error) }
        let root = ManifestNode(value: document, path: "the manifest")

        let format = try root.member("format").number()
        guard format == Double(Manifest.format) else {
            throw .format(found: format, wanted: Manifest.format)
        }
        let schemaNode = try root.member("schema")
        let encodingNode = try root.member("encoding")
        let schema: Schema
        let encoding: FeatureEncoding
        do throws(SchemaError) {
            schema = try Schema(document: schemaNode.value)
        } catch { throw .schema(error) }
        do throws(SchemaError) {
            encoding = try FeatureEncoding(document: encodingNode.value, schema: schema)
        } catch { throw .encoding(error) }
        let digests = try root.member("sha256")
        self.init(
            name: try root.member("name").name(limits),
            version: try root.member("version").name(limits),
            schema: schema, encoding: encoding,
            calibration: try Manifest.calibration(try root.member("calibration")),
            thresholds: try Manifest.thresholds(try root.member("thresholds")),
            meanContributions: try Manifest.meanContributions(root, encoding.columnCount),
            metrics: try root.member("metrics").object(),
            provenance: try root.member("provenance").object(),
            modelSHA256: try digests.member(BundleFile.model.rawValue).string(),
            goldenSHA256: try digests.member(BundleFile.golden.rawValue).string())
    }

    private static func calibration(_ node: ManifestNode) throws(BundleError) -> Calibration {
        switch try node.member("method").string() {
        case "none": return .none
        case "platt":
            let slope = try node.member("slope").number()
            let intercept = try node.member("intercept").number()
            guard slope > 0 else { throw try node.member("slope").invalid("a number above 0") }
            return .platt(slope: slope, intercept: intercept)
        default: throw try node.member("method").invalid("none or platt")
        }
    }

    private static func meanContributions(
        _ root: ManifestNode, _ columnCount: Int
    ) throws(BundleError) -> [Double]? {
        let name = "mean_contributions"
        guard try root.object()[name] != nil else { return nil }
        let node = try root.member(name)
        guard let values = node.value.asArray, values.count == columnCount else {
            throw node.invalid("\(columnCount) numbers, one for each column of the encoding")
        }
        var means: [Double] = []
        for value in values {
            guard let mean = value.asNumber, mean.magnitude <= Manifest.contributionMagnitudeMax
            else {
                throw node.invalid(
                    "numbers of at most \(Manifest.contributionMagnitudeMax) either way")
            }
            means.append(mean)
        }
        return means
    }

    private static func thresholds(_ node: ManifestNode) throws(BundleError) -> Thresholds {
        guard
            let thresholds = Thresholds(
                decision: try node.member("decision").number(),
                high: try node.member("high").number(),
                medium: try node.member("medium").number())
        else {
            throw node.invalid("numbers between 0 and 1, medium below high")
        }
        return thresholds
    }
}

/// A value of the manifest and where it stands.
private struct ManifestNode {
    let value: JSONValue
    let path: String

    func member(_ name: String) throws(BundleError) -> ManifestNode {
        guard let member = try object()[name] else {
            throw .missing(path: memberPath(name))
        }
        return ManifestNode(value: member, path: memberPath(name))
    }

    func object() throws(BundleError) -> JSONObject {
        guard let object = value.asObject else { throw invalid("an object") }
        return object
    }

    func string() throws(BundleError) -> String {
        guard let string = value.asString else { throw invalid("a string") }
        return string
    }

    func number() throws(BundleError) -> Double {
        guard let number = value.asNumber else { throw invalid("a number") }
        return number
    }

    func name(_ limits: ModelLimits) throws(BundleError) -> String {
        let text = try string()
        guard Manifest.isName(text, limits: limits) else {
            throw invalid("1 to \(limits.nameBytesMax) of A-Z a-z 0-9 . _ - and no dot in front")
        }
        return text
    }

    func invalid(_ wanted: String) -> BundleError {
        .invalid(path: path, wanted: wanted)
    }

    private func memberPath(_ name: String) -> String {
        path == "the manifest" ? name : "\(path).\(name)"
    }
}
