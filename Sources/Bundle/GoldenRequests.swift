internal import Bytes
package import Features
internal import JSON
package import Models

/// Invented requests that reach everything a schema allows: each value and alias of each category,
/// both ends of each range. None is of a customer, so a bundle holds nobody's record.
package struct GoldenRequests: Sendable {
    /// Bodies of requests, as JSON, in the order of their making.
    package let bodies: [[UInt8]]

    /// How many are made, unless a category has more values than that.
    package static let countMin = 100

    package init(schema: Schema, seed: UInt64) {
        var random = RandomSource(seed: seed)
        let columns = schema.fields.map { field in
            Values(field.kind, countMin: GoldenRequests.countMin, &random)
        }
        let count = columns.map(\.count).max() ?? GoldenRequests.countMin
        var bodies: [[UInt8]] = []
        for index in 0..<count {
            var writer = JSONWriter()
            writer.beginObject()
            for (field, values) in zip(schema.fields, columns) {
                writer.name(field.name)
                values.write(index, to: &writer)
            }
            writer.endObject()
            bodies.append(writer.finish())
        }
        self.bodies = bodies
    }

    /// The rows of values that a model reads for the requests, one after the other.
    package func values(_ schema: Schema, _ encoding: FeatureEncoding) -> [Float] {
        var decoder = RecordDecoder(schema: schema)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var values: [Float] = []
        for body in bodies {
            let isValid = (try? decoder.decode(body.span)) ?? false
            precondition(isValid, "a golden request is made by the schema's rules")
            encoding.encode(decoder.record, into: &row)
            values += row
        }
        return values
    }

    /// The requests with a library's margins for them, and the probabilities that these mean.
    package func rows(
        margins: [Float], link: Link, calibration: Calibration = .none
    ) -> [GoldenRow] {
        zip(bodies, margins).map { body, margin in
            GoldenRow(
                request: body, marginBits: margin.bitPattern,
                probability: calibration.probability(fromMargin: margin, link: link))
        }
    }

    /// The values of one field, in a shuffled order of their own.
    private enum Values {
        case texts([String])
        case numbers([Double])

        var count: Int {
            switch self {
            case .texts(let texts): texts.count
            case .numbers(let numbers): numbers.count
            }
        }

        init(_ kind: FieldKind, countMin: Int, _ random: inout RandomSource) {
            switch kind {
            case .category(let values, let aliases):
                let spellings = values + aliases.map(\.name)
                let count = max(countMin, spellings.count)
                var texts = (0..<count).map { spellings[$0 % spellings.count] }
                random.shuffle(&texts)
                self = .texts(texts)
            case .integer(let minimum, let maximum):
                var numbers = [minimum, maximum]
                for _ in 2..<countMin {
                    let number = Values.number(from: minimum, to: maximum, &random)
                    numbers.append(number.rounded(.down))
                }
                random.shuffle(&numbers)
                self = .numbers(numbers)
            case .number(let minimum, let maximum):
                var numbers = [minimum, maximum]
                for _ in 2..<countMin {
                    numbers.append(Values.number(from: minimum, to: maximum, &random))
                }
                random.shuffle(&numbers)
                self = .numbers(numbers)
            }
        }

        func write(_ index: Int, to writer: inout JSONWriter) {
            switch self {
            case .texts(let texts): writer.string(texts[index % texts.count])
            case .numbers(let numbers):
                let number = numbers[index % numbers.count]
                if let integer = Int(exactly: number) {
                    writer.number(integer)
                } else {
                    writer.number(number)
                }
            }
        }

        /// Half of the numbers lie anywhere in the range; the others in ever smaller parts at its
        /// lower end, where the values of a wide range crowd.
        private static func number(
            from minimum: Double, to maximum: Double, _ random: inout RandomSource
        ) -> Double {
            let halvings = random.next(below: 2) == 0 ? 0 : random.next(below: 24)
            var part = random.nextFraction()
            for _ in 0..<halvings { part /= 2 }
            return min(max(minimum + (maximum - minimum) * part, minimum), maximum)
        }
    }
}
