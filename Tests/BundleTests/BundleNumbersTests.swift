import Bundle
import Features
import JSON
import Models
import TestSupport
import Testing

/// A trap ends the run of all tests, so that coming to the end of a table is what is tested first.
@Suite struct BundleNumbersTests {
    /// How many variants were taken and how many refused, for a table that takes none, or all,
    /// tests nothing.
    private struct Counts {
        var taken = 0
        var refused = 0
    }

    /// Loads the bundle, and asks it for what it is asked for when it serves.
    private func load(_ files: SyntheticBundle, _ counts: inout Counts) {
        do throws(BundleError) {
            let bundle = try files.load()
            counts.taken += 1
            let cells: [Float] = [0, -0.0, 1, 60, 150, 9e15, -9e15]
            for cell in cells {
                let row = [Float](repeating: cell, count: bundle.ensemble.featureCount)
                let margin = bundle.ensemble.margin(row.span)
                #expect(margin.isFinite)
                let probability = bundle.calibration.probability(
                    fromMargin: margin, link: bundle.ensemble.link)
                #expect(0...1 ~= probability)
                _ = bundle.riskLevel(probability)
                var writer = JSONWriter()
                writer.probability(probability)
                #expect(!writer.finish().isEmpty)
            }
            _ = bundle.ensemble.featureUses
            _ = bundle.manifest.remark
            #expect(!bundle.thresholds.description.isEmpty)
            var writer = JSONWriter()
            writer.value(bundle.manifest.document)
            #expect(!writer.finish().isEmpty)
        } catch {
            counts.refused += 1
            #expect(!error.description.isEmpty)
        }
    }

    /// Fifty golden rows, which are enough, so that each load is quick.
    private func bundle() throws -> SyntheticBundle {
        var files = try SyntheticBundle(calibration: .platt(slope: 0.9, intercept: -0.1))
        let lines = files.golden.split(separator: UInt8(ascii: "\n")).prefix(50)
        files.golden = lines.flatMap { Array($0) + [UInt8(ascii: "\n")] }
        files.resignGolden()
        return files
    }

    @Test func `a manifest with any number in any place is taken or refused`() throws {
        let files = try bundle()
        var counts = Counts()
        ExtremeNumbers.forEachVariant(of: files.manifest, step: 2) { manifest in
            var changed = files
            changed.manifest = manifest
            load(changed, &counts)
        }
        #expect(counts.taken > 0)
        #expect(counts.refused > counts.taken)
    }

    @Test func `a golden row with any number in any place is taken or refused`() throws {
        let files = try bundle()
        let end = try #require(files.golden.firstIndex(of: UInt8(ascii: "\n")))
        let rest = files.golden[end...]
        var counts = Counts()
        ExtremeNumbers.forEachVariant(of: Array(files.golden[..<end])) { line in
            var changed = files
            changed.golden = line + rest
            changed.resignGolden()
            load(changed, &counts)
        }
        #expect(counts.taken > 0)
        #expect(counts.refused > counts.taken)
    }

    @Test func `a model with any number in any place is taken or refused`() throws {
        var files = try bundle()
        files.model = Array(files.model)
        var counts = Counts()
        ExtremeNumbers.forEachVariant(of: files.model, step: 13) { model in
            var changed = files
            changed.model = model
            changed.resignModel()
            load(changed, &counts)
        }
        #expect(counts.taken > 0)
        #expect(counts.refused > counts.taken)
    }

    @Test(arguments: ["telco-churn/2", "telco-logistic/1"])
    func `the manifests that ship with any number in any place are taken or refused`(
        name: String
    ) throws {
        let manifest = try contents(of: "\(ProjectPlaces.root)/Models/\(name)/manifest.json")
        var counts = Counts()
        ExtremeNumbers.forEachVariant(of: manifest, step: 5) { manifest in
            do throws(BundleError) {
                _ = try Manifest(parsing: manifest.span).remark
                counts.taken += 1
            } catch {
                counts.refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(counts.taken > 0)
        #expect(counts.refused > 0)
    }

    @Test(
        arguments: [
            // Minus zero is zero: it is the probability of a margin of minus infinity, as 0 is.
            ("-0.0", "0", true), ("-0", "0", true), ("0", "-0.0", true), ("1.4e-45", "-0.0", true),
            ("-0.0", "2.8e-45", true), ("-0.0", "4.2e-45", false), ("4.2e-45", "0", false),
            ("-0.0", "0.5", false), ("-0.0", "1", false), ("1", "0.9999999", true),
            ("1", "0.9999998", false),
        ] as [(String, String, Bool)])
    func `a golden probability is compared by value, minus zero as zero`(
        stated: String, found: String, isAccepted: Bool
    ) throws {
        let line = Array(
            #"{"request":{},"margin_bits":"0x00000000","probability":\#(stated)}"#.utf8)
        let row = try GoldenRow(parsing: line.span)
        let found = try #require(Float(found))
        var fault: GoldenFault?
        do throws(GoldenFault) {
            try row.check(margin: 0, probability: found)
        } catch { fault = error }
        #expect(isAccepted == (fault == nil))
    }

    @Test(arguments: ["-1.4e-45", "1.0000001", "-1", "2", "1e30"])
    func `a golden probability outside of 0 to 1 is refused`(stated: String) {
        let line = Array(
            #"{"request":{},"margin_bits":"0x00000000","probability":\#(stated)}"#.utf8)
        let fault = #expect(throws: GoldenFault.self) { try GoldenRow(parsing: line.span) }
        #expect(fault == .member("probability"))
        #expect(
            fault?.description == "probability: missing or malformed, expected 0 to 1")
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, -1, 2])
    func `a computed probability that is none is no golden one`(found: Float) throws {
        for stated in ["0", "-0.0", "0.5", "1"] {
            let line = Array(
                #"{"request":{},"margin_bits":"0x00000000","probability":\#(stated)}"#.utf8)
            let row = try GoldenRow(parsing: line.span)
            #expect(throws: GoldenFault.self) { try row.check(margin: 0, probability: found) }
        }
    }
}
