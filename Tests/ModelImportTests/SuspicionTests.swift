import Features
import ModelImport
import Testing

/// What is visible in a model, on both sides of each limit.
struct SuspicionTests {
    private static let numbers = ["months", "price"]

    private func suspicions(
        _ file: [UInt8], schema: String = ProofModels.schemaText
    ) throws -> [Suspicion] {
        guard case .suspicious(let found) = try ProofModels.error(file, schema: schema) else {
            return []
        }
        return found
    }

    struct Splits: Sendable {
        var column = "months"
        let thresholds: [String]
        let scaling: Suspicion.Scaling?
    }

    @Test(arguments: [
        // Integers, and halves as the exact method writes them, are those of the column itself.
        Splits(thresholds: ["1E0"], scaling: nil), Splits(thresholds: ["5E-1"], scaling: nil),
        Splits(thresholds: ["1.0009"], scaling: nil),
        Splits(thresholds: ["1.0011"], scaling: .logarithm),
        Splits(thresholds: ["4.4E-1"], scaling: .minMax),
        Splits(thresholds: ["4.4E-1", "9.9E-1"], scaling: .minMax),
        Splits(thresholds: ["4.4E-1", "4.11"], scaling: .logarithm),
        // ln(1 + 60) is 4.1109.
        Splits(thresholds: ["4.4E-1", "4.112"], scaling: nil),
        // For a column of numbers one threshold shows nothing.
        Splits(column: "price", thresholds: ["4.4E-1"], scaling: nil),
        Splits(column: "price", thresholds: ["4.4E-1", "1E0"], scaling: .minMax),
        Splits(column: "price", thresholds: ["4.4E-1", "5.01"], scaling: .logarithm),
        Splits(column: "price", thresholds: ["4.4E-1", "5.02"], scaling: nil),
    ])
    func `splits in a small part of a column's range tell that it was scaled`(
        splits: Splits
    ) throws {
        let file = ProofModels.stumps(
            Self.numbers,
            splits.thresholds.map {
                .init(column: splits.column == "months" ? 0 : 1, threshold: $0)
            } + [.init(column: splits.column == "months" ? 1 : 0, threshold: "3E1")])
        let found = try suspicions(file).compactMap { suspicion -> Suspicion.Scaling? in
            if case .scaledColumn(splits.column, _, _, let scaling) = suspicion {
                scaling
            } else {
                nil
            }
        }
        #expect(found == (splits.scaling.map { [$0] } ?? []))
    }

    @Test(arguments: [(10, true), (9, false)])
    func `a range that is small itself says nothing`(maximum: Int, isDoubtful: Bool) throws {
        let schema = ProofModels.schemaText.replacing(
            #""maximum":60"#, with: #""maximum":\#(maximum)"#)
        let file = ProofModels.stumps(
            Self.numbers, [.init(threshold: "4.4E-1"), .init(column: 1, threshold: "3E1")])
        #expect(try suspicions(file, schema: schema).isEmpty == !isDoubtful)
    }

    @Test func `splits of a standardized column with values below zero are told`() throws {
        let schema = ProofModels.schemaText.replacing(
            #""minimum":0,"maximum":150"#, with: #""minimum":-100,"maximum":150"#)
        func scaling(_ low: String, _ high: String) throws -> Suspicion? {
            let file = ProofModels.stumps(
                Self.numbers,
                [
                    .init(column: 1, threshold: low), .init(column: 1, threshold: high),
                    .init(threshold: "3E1"),
                ])
            return try suspicions(file, schema: schema).first
        }
        #expect(
            try scaling("-3.9", "2E0")
                == .scaledColumn(
                    "price", thresholds: -3.9...2, values: -100...150, .standard))
        #expect(try scaling("-4.1", "2E0") == nil)
    }

    @Test(arguments: [
        ("1E0", true), ("5E-1", true), ("1.0001", false), ("2.00001", false), ("0E0", false),
        ("1E-9", true),
    ])
    func `a split of a presence that neither 0 nor 1 reaches tells missing values`(
        threshold: String, isAccepted: Bool
    ) throws {
        let file = ProofModels.stumps(
            ["plan_basic", "plan_plus", "plan_none", "months"],
            [.init(threshold: threshold), .init(column: 3, threshold: "3E1")])
        let found = try suspicions(file)
        #expect(
            found
                == (isAccepted
                    ? []
                    : [
                        .idleSplits(
                            columns: ["plan_basic"], threshold: try #require(Float(threshold)))
                    ]))
    }

    @Test(arguments: [
        ([false, false, false], []), ([true, true, true], []),
        ([true, false, false], ["months"]), ([false, true, true], ["months"]),
        ([false, false, true], ["price"]), ([true, true, false], ["price"]),
    ])
    func `splits that send missing values to either side tell that there were some`(
        directions: [Bool], columns: [String]
    ) throws {
        let file = ProofModels.stumps(
            ["months", "price"],
            [
                .init(threshold: "2E1", isDefaultLeft: directions[0]),
                .init(threshold: "4E1", isDefaultLeft: directions[1]),
                .init(column: 1, threshold: "3E1", isDefaultLeft: directions[2]),
            ])
        #expect(
            try suspicions(file) == (columns.isEmpty ? [] : [.missingValues(columns: columns)]))
    }

    struct Group: Sendable {
        let names: [String]
        let lacking: [String]
    }

    @Test(arguments: [
        Group(names: ["plan_basic", "plan_plus", "plan_none"], lacking: []),
        // The first of all features: in the order of their letters, or of the schema.
        Group(names: ["plan_none", "plan_plus", "security_No plan", "security_Yes"], lacking: []),
        Group(names: ["plan_none", "plan_plus"], lacking: []),
        Group(
            names: [
                "plan_basic", "plan_plus", "plan_none", "security_No plan", "security_Yes",
            ], lacking: ["security=No"]),
        Group(
            names: ["plan_basic", "plan_plus", "plan_none", "security_No", "security_Yes"],
            lacking: ["security=No plan"]),
        Group(names: ["security_No", "security_Yes"], lacking: ["security=No plan"]),
        Group(
            names: ["plan_none", "plan_plus", "security_Yes"],
            lacking: ["security=No", "security=No plan"]),
        // Of two values one shows both; a feature that is not shown lacks none.
        Group(names: ["senior_1"], lacking: []), Group(names: ["months"], lacking: []),
    ])
    func `a value without a column is told where other values have one`(group: Group) throws {
        let found = try suspicions(ImportedModels.linear(group.names))
        #expect(found == (group.lacking.isEmpty ? [] : [.lackingValues(group.lacking)]))
    }

    @Test(arguments: [("2.9E1", true), ("3.1E1", false)])
    func `margins that no probability needs are told`(leaf: String, isAccepted: Bool) throws {
        let file = ProofModels.stumps(
            Self.numbers, [.init(threshold: "3E1", leaves: (leaf, "0E0"))])
        let found = try suspicions(file)
        #expect(found == (isAccepted ? [] : [.extremeMargin(31, columns: ["months"])]))
    }

    @Test func `one probability for every request is told`() throws {
        let same = ProofModels.stumps(
            Self.numbers, [.init(threshold: "3E1", leaves: ("1E-1", "1E-1"))])
        let half = try suspicions(same)
        #expect(half.count == 1)
        guard case .constantProbability = half.first else {
            Issue.record("\(half)")
            return
        }
        let other = ProofModels.stumps(
            Self.numbers, [.init(threshold: "3E1", leaves: ("1E-1", "1.1E-1"))])
        #expect(try suspicions(other) == [])
    }

    @Test(arguments: [
        ("-1E0", "5E-1", true), ("-1.01", "5E-1", false), ("4E-1", "1.9", true),
        ("4E-1", "2.1", false),
    ])
    func `a regression that leaves 0 and 1 by far is told`(
        low: String, high: String, isAccepted: Bool
    ) throws {
        // One request in sixty has the first value of months.
        let file = ProofModels.stumps(
            Self.numbers,
            [
                .init(threshold: low.hasPrefix("-") ? "1E0" : "6E1", leaves: (low, high))
            ], objective: "reg:squarederror", baseScore: "0E0")
        let found = try suspicions(file)
        #expect(found.isEmpty == isAccepted, "\(found)")
    }

    @Test func `a regression that leaves 0 and 1 often is told`() throws {
        func found(_ threshold: String) throws -> [Suspicion] {
            try suspicions(
                ProofModels.stumps(
                    Self.numbers, [.init(threshold: threshold, leaves: ("5E-1", "-1E-1"))],
                    objective: "reg:squarederror", baseScore: "0E0"))
        }
        // Above 59 there are few of the golden requests, above 1 most.
        #expect(try found("5.9E1") == [])
        #expect(try found("1E0") == [.beyondProbability(lowest: -0.1, highest: 0.5)])
    }
}
