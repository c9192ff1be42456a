internal import AuditLog
internal import AuditReading
internal import Bundle
internal import Features
internal import JSON
internal import Models

/// One way through a log, in which its predictions are made again.
struct AuditReplayRun: ~Copyable {
    /// Lines about single records.
    private static let listedMax = 100

    private(set) var scoredCount = 0
    private var withoutFeatures = 0
    private var differing = 0
    private var altered = 0
    /// Predictions of missing models, by the model's SHA-256.
    private var missing: [String: (model: String, count: Int)] = [:]
    private var listed: [String] = []
    private var unlisted = 0
    private let models: ReplayModels
    private let contents = AuditContentReader()
    private var trust: AuditRecordTrust?

    /// - Parameter keys: nil: MACs are not verified.
    init(models: ReplayModels, keys: AuditKeys?) {
        self.models = models
        trust = keys.map { AuditRecordTrust(keys: $0) }
    }

    /// Whether all that was to be scored was, and came out the same.
    var isFine: Bool { differing == 0 && altered == 0 && missing.isEmpty }

    /// The report, once the log has been read.
    var lines: [String] {
        var lines = listed
        if unlisted > 0 { lines.append("and \(unlisted) more") }
        for (sha256, predictions) in missing.sorted(by: { $0.key < $1.key }) {
            var line = "\(predictions.model), SHA-256 \(sha256): not there, "
            line += TerminalText.counted(predictions.count, "prediction") + " not scored"
            if let reason = models.refusal(of: sha256) { line += ": \(reason)" }
            lines.append(line)
        }
        var summary = TerminalText.counted(scoredCount, "prediction") + ": "
        summary += differing == 0 ? "all bits equal" : "\(differing) differ"
        if withoutFeatures > 0 { summary += ", \(withoutFeatures) more without features" }
        let missingCount = missing.values.map(\.count).reduce(0, +)
        if missingCount > 0 { summary += ", \(missingCount) more whose model is not there" }
        if altered > 0 { summary += ", \(TerminalText.counted(altered, "line")) not to be trusted" }
        return lines + [summary]
    }

    mutating func take(_ line: Span<UInt8>, _ ending: AuditLine.Ending, at place: AuditPlace) {
        guard ending == .lineFeed, let record = try? AuditRecordLine(line), record.isUnaltered,
            let content = try? contents.read(line)
        else {
            altered += 1
            let what = ending == .torn ? "torn" : "no record, or altered"
            list("\(place.file):\(place.line): byte \(place.byteOffset): \(what), not scored")
            return
        }
        guard trust?.accepts(record, line) ?? true else {
            altered += 1
            list("\(place.file):\(place.line): record \(record.sequence): wrong MAC, not scored")
            return
        }
        guard content.event == .prediction, let prediction = AuditPredictionLine(line) else {
            return
        }
        guard let features = prediction.features else {
            withoutFeatures += 1
            return
        }
        guard let model = models.model(prediction.modelSHA256) else {
            let count = missing[prediction.modelSHA256]?.count ?? 0
            missing[prediction.modelSHA256] = (prediction.model, count + 1)
            return
        }
        scoredCount += 1
        if let difference = model.difference(
            from: prediction, line.extracting(features), line.extracting(prediction.probability))
        {
            differing += 1
            list("record \(record.sequence): \(difference)")
        }
    }

    private mutating func list(_ line: String) {
        if listed.count < AuditReplayRun.listedMax { listed.append(line) } else { unlisted += 1 }
    }
}

/// A model that scores recorded features.
final class ReplayModel {
    private let bundle: ModelBundle
    private var scorer: ModelScorer

    init(_ bundle: ModelBundle) {
        self.bundle = bundle
        scorer = bundle.scorer
    }

    /// How the model's answer differs; nil when it does not.
    func difference(
        from recorded: AuditPredictionLine, _ features: Span<UInt8>, _ text: Span<UInt8>
    ) -> String? {
        // Text names fields, never values.
        guard (try? scorer.decode(features)) == true else {
            return "its features are no record of \(bundle.fullName)"
        }
        let probability = scorer.score().probability
        var differences: [String] = []
        if probability.bitPattern != recorded.probabilityBits {
            differences.append(
                "bits \(floatBits(recorded.probabilityBits)), scored "
                    + floatBits(probability.bitPattern))
        }
        var writer = JSONWriter()
        writer.probability(probability)
        let scored = String(decoding: writer.finish(), as: UTF8.self)
        let written = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
        if scored != written { differences.append("probability \(written), scored \(scored)") }
        let risk = bundle.riskLevel(probability).rawValue
        if risk != recorded.risk { differences.append("risk \(recorded.risk), scored \(risk)") }
        if bundle.fullName != recorded.model {
            differences.append("model \(recorded.model), which is \(bundle.fullName)")
        }
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }
}
