internal import ArgumentParser
internal import Bundle
internal import Features
internal import JSON
internal import Models

/// `churnctl explain`: what each field of one customer adds to the prediction.
struct ExplainCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what each field of one record adds to its prediction.",
        discussion: """
            The record is a JSON object, as the body of POST /predict. Contributions are in \
            log-odds, against the average of the rows that the model learned from; with the base \
            they add up to the record's log-odds, before calibration. They show what goes with \
            churn in the table that was learned, not what causes it.

            Exit codes: 0 when the record was explained, 65 when it is refused, with what is wrong \
            with it, 66 for no input, 70 for a model that does not load or has no \
            mean_contributions.
            """)

    @Option(
        help: ArgumentHelp("The bundle of the model.", valueName: "directory"),
        completion: .directory)
    var model: String

    @Option(
        help: ArgumentHelp("The record; - is standard input.", valueName: "path"),
        completion: .file())
    var input = "-"

    private static let recordBytesMax = 16_384

    func perform() throws {
        let bundle = try LoadedBundle.load(model, unreadable: .software)
        guard var explainer = bundle.explainer else {
            throw CommandFailure(.software, LoadedBundle.withoutReasons(model))
        }
        var scorer = bundle.scorer
        try decode(try record(), &scorer)
        let score = scorer.score()
        scorer.explain(by: &explainer)
        print(
            "\(bundle.fullName): \(text(Double(score.probability), 4)), "
                + bundle.riskLevel(score.probability).rawValue)
        print("\(text(explainer.base, 6, width: 10))  base: the average of the learned rows")
        for reason in explainer.reasons(.all).sorted(by: {
            $0.contribution.magnitude > $1.contribution.magnitude
        }) where reason.contribution != 0 {
            print(
                "\(text(reason.contribution, 6, width: 10))  \(reason.code)  "
                    + "\(TerminalText.plain(reason.field))")
        }
        print("\(text(Double(score.margin), 6, width: 10))  log-odds")
    }

    private func decode(
        _ body: [UInt8], _ scorer: inout ModelScorer
    ) throws(CommandFailure) {
        let isValid: Bool
        do throws(BodyError) { isValid = try scorer.decode(body.span) } catch {
            let reason =
                switch error {
                case .malformed(let error): "not JSON, \(error)"
                case .notAnObject: "not a JSON object"
                }
            throw CommandFailure(.data, "\(input): \(reason)")
        }
        guard !isValid else { return }
        let lines = scorer.violations.map { violation in
            "\(input): \(TerminalText.plain(violation.field)): \(violation.detail)"
        }
        throw CommandFailure(.data, lines.joined(separator: "\n"))
    }

    private func record() throws(CommandFailure) -> [UInt8] {
        let file = try InputFile(path: input)
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: Self.recordBytesMax)
        while case let count = try file.read(into: &block), count > 0 {
            bytes += block[..<count]
            guard bytes.count <= Self.recordBytesMax else {
                throw CommandFailure(
                    .data,
                    "\(file.name): larger than \(Self.recordBytesMax) bytes, expected one record")
            }
        }
        guard !bytes.isEmpty else {
            throw CommandFailure(.noInput, "\(file.name): nothing in it, expected a JSON object")
        }
        return bytes
    }

    private func text(_ number: Double, _ decimals: Int, width: Int = 0) -> String {
        var writer = JSONWriter()
        writer.number(number, decimals: decimals)
        let text = String(decoding: writer.finish(), as: UTF8.self)
        return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
