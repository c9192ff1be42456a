import Bundle
import JSON
import Models
import POSIX
import TestSupport

extension ModelVersions {
    /// Two versions of the quickest model that answer with different probabilities.
    static func quick(active: String? = "1\n") throws -> ModelVersions {
        let versions = try ModelVersions(["1", "2"], from: .logistic, active: active)
        try versions.shift("2", by: 1)
        return versions
    }

    /// Has a version, as yet without a calibration, answer with another probability: the margins
    /// get a summand. The bundle is a good one again.
    func shift(_ version: String, by intercept: Double) throws {
        let calibration = Calibration.platt(slope: 1, intercept: intercept)
        let golden = path(version, .golden)
        let before = try Files.read(golden, bytesMax: 1 << 24)
        var writer = JSONWriter()
        for line in before.split(separator: UInt8(ascii: "\n")) {
            let bytes = Array(line)
            let row = try GoldenRow(parsing: bytes.span)
            let margin = Float(bitPattern: row.marginBits)
            GoldenRow(
                request: row.request, marginBits: row.marginBits,
                probability: calibration.probability(fromMargin: margin)
            ).write(to: &writer)
        }
        let after = writer.finish()
        try Files.writeAtomically(after.span, to: golden)
        try edit(
            version, .manifest, ModelVersions.sha256(of: before), ModelVersions.sha256(of: after))
        try edit(
            version, .manifest, "\"method\": \"none\"",
            "\"method\": \"platt\", \"slope\": 1, \"intercept\": \(intercept)")
    }
}
