import ModelImport
import POSIX
import TestSupport
import Testing

struct ProofDocumentTests {
    @Test func `Docs/models/import.md has the limits of a proof`() throws {
        let document = String(
            decoding: try Files.read(
                "\(ProjectPlaces.root)/Docs/models/import.md", bytesMax: 1 << 20), as: UTF8.self
        ).split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        for text in [
            "\(ProofLimits.intervalErrors) standard errors (Hanley and McNeil)",
            "\(ProofLimits.meanGapMax) and \(Int(ProofLimits.gapErrors)) standard errors",
            "\(ProofLimits.sliceGapMax) and \(Int(ProofLimits.sliceGapErrors)) standard errors",
            "(\(ProofLimits.doubtfulMeanGapMax) and "
                + "\(ProofLimits.doubtfulSliceGapMax) in the place",
            "Each outcome must have \(ProofLimits.outcomeRowsMin) rows at least",
            "\(ProofLimits.sliceRowsMin) rows at least",
            "beyond ±\(Int(ProofLimits.marginMagnitudeMax)) of a logistic model",
            "for more than \(Int(ProofLimits.beyondShareMax * 100)) %",
            "below −\(Int(ProofLimits.overshootMax)) or above \(Int(ProofLimits.overshootMax) + 1)",
            "in −\(Int(ProofLimits.standardizedMax)) to \(Int(ProofLimits.standardizedMax))",
            "\(Int(ProofLimits.unitsMax)) units of the last place",
        ] {
            #expect(document.contains(text), "\(text)")
        }
        #expect(ProofLimits.rangeShareMax == 0.1 && document.contains("a tenth of its range"))
        #expect(ProofLimits.halfUnitMax == 0.0005 && document.contains("Three decimals"))
        #expect(
            ProofLimits.differencesToldMax == 10
                && document.contains("by line and identifier, ten at most"))
    }
}
