package import Features
package import Tables

/// Looks a table over while its bytes arrive: what its columns hold, which rows cannot be used, and
/// what is odd. Its memory is bounded by `DataCheckLimits`.
package struct DataCheck {
    /// What was found so far; complete after `finish`.
    package private(set) var report = DataReport()
    /// What the last call has found, in the table's order.
    package private(set) var problems: [DataProblem] = []

    /// A rule of the schema, and what is said of a row that breaks it.
    private struct Rule {
        let implication: Implication
        /// For each conclusion.
        let columns: [String]
        let details: [String]
    }

    private let schema: Schema
    private let limits: DataCheckLimits
    private let rules: [Rule]
    private var splitter: RecordSplitter
    private var batch = RecordBatch()
    private var reader: CSVReader
    private var decoder: TableDecoder?
    private var identifiers: RepeatedRows
    private var rows: RepeatedRows
    private var deciding: DecidingColumns
    private var beginning = TableBeginning()
    private var lineEnds = LineEndReader()
    private var otherOutcomes: OtherOutcomes

    package init(schema: Schema, limits: DataCheckLimits = DataCheckLimits()) {
        self.schema = schema
        self.limits = limits
        rules = schema.implications.map { implication in
            Rule(
                implication: implication,
                columns: implication.conclusions.map { schema.fields[$0.field].name },
                details: implication.conclusions.map { conclusion in
                    RuleText.wanted(conclusion, where: implication.conditions, schema)
                })
        }
        otherOutcomes = OtherOutcomes(schema.target)
        splitter = RecordSplitter(tableLimits: limits.table)
        reader = CSVReader(limits: limits.table)
        identifiers = RepeatedRows(countMax: limits.rowsRememberedMax)
        rows = RepeatedRows(countMax: limits.rowsRememberedMax)
        deciding = DecidingColumns(schema)
    }

    /// Takes the next bytes of the table. Throws what is wrong with its header.
    package mutating func take(_ chunk: Span<UInt8>) throws(TableInputError) {
        problems.removeAll(keepingCapacity: true)
        if decoder == nil { beginning.take(chunk) }
        if let replacement = lineEnds.replacement(for: chunk) {
            splitter.take(replacement.span)
        } else {
            splitter.take(chunk)
        }
        try checkBatch()
    }

    /// Ends the table. Throws also when it had no record.
    package mutating func finish() throws(TableInputError) {
        problems.removeAll(keepingCapacity: true)
        splitter.take(lineEnds.finish().span)
        splitter.finish()
        try checkBatch()
        guard decoder != nil else { throw .empty }
        if otherOutcomes.areAll { report.otherOutcomes = otherOutcomes }
        report.hasForgotten = identifiers.hasForgotten || rows.hasForgotten
        checkWhole()
    }

    private mutating func checkBatch() throws(TableInputError) {
        splitter.handOver(to: &batch)
        guard !batch.places.isEmpty else { return }
        if decoder == nil {
            do throws(TableInputError) {
                try readHeader(batch.places[0])
            } catch {
                throw beginning.form(schema: schema).map { .form($0) } ?? error
            }
            batch.removeFirst()
        }
        for index in 0..<batch.places.count {
            report.rowCount += 1
            if !check(batch.places[index]) { report.unusableCount += 1 }
        }
    }

    private mutating func readHeader(_ place: RecordBatch.Place) throws(TableInputError) {
        do throws(CSVError) {
            try read(place)
        } catch { throw .malformedHeader(error) }
        let decoder: TableDecoder
        do throws(TableError) {
            decoder = try TableDecoder(schema: schema, header: reader.record)
        } catch { throw .columns(error) }
        report.columns = decoder.columnKinds.map { kind in
            let name =
                switch kind {
                case .identifier: schema.identifier?.name ?? ""
                case .field(let field): schema.fields[field].name
                case .target: schema.target?.column ?? ""
                }
            return ColumnSummary(name: name, kind: kind, schema: schema, limits: limits)
        }
        self.decoder = decoder
    }

    private mutating func read(_ place: RecordBatch.Place) throws(CSVError) {
        if place.isTooLarge {
            throw .recordTooLarge(line: place.line, bytesMax: limits.table.recordBytesMax)
        }
        // A second reference: what belongs to the check cannot be lent while the reader changes.
        let batch = batch
        try reader.read(batch.record(place), atLine: place.line)
    }

    /// Whether the row can be used.
    private mutating func check(_ place: RecordBatch.Place) -> Bool {
        do throws(CSVError) {
            try read(place)
        } catch {
            problems.append(
                DataProblem(RowFault(error), line: error.line, detail: error.explanation))
            return false
        }
        let isValid: Bool
        do throws(TableError) {
            isValid = try decoder?.decode(reader.record) == true
        } catch {
            problems.append(
                DataProblem(.ragged, line: place.line, detail: error.explanation))
            return false
        }
        summarize()
        if let decoder { otherOutcomes.take(reader.record, decoder) }
        if isValid { compare(line: place.line) }
        return isValid
    }

    /// Counts the cells of a row. Violations come in the order of the columns.
    private mutating func summarize() {
        guard let decoder else { return }
        let record = reader.record
        var next = 0
        for index in report.columns.indices {
            let cell = record[index]
            if next < decoder.violations.count,
                decoder.violations[next].column == report.columns[index].name
            {
                report.columns[index].take(cell, decoder.violations[next])
                problems.append(
                    DataProblem(decoder.violations[next].showing(record, decoder)))
                next += 1
                continue
            }
            switch report.columns[index].kind {
            case .identifier: report.columns[index].takeIdentifier(cell)
            case .field(let field) where decoder.outOfRange.contains(field):
                report.columns[index].takeOutOfRange(cell)
                note(
                    .outOfRange, line: record.line, column: report.columns[index].name,
                    RuleText.outOfRange(schema.fields[field]))
            case .field(let field):
                report.columns[index].take(cell, value: decoder.record.values[field])
            case .target:
                report.columns[index].take(cell, value: decoder.target == true ? 0 : 1)
            }
        }
    }

    /// Compares a valid row with earlier ones and with the rules.
    private mutating func compare(line: Int) {
        guard let decoder else { return }
        if let target = decoder.target { deciding.take(decoder.record, label: target) }
        if let identifier = decoder.identifier {
            var hasher = Hasher()
            hasher.combine(identifier)
            if let first = identifiers.firstLine(of: hasher.finalize(), line: line) {
                note(
                    .repeatedIdentifier, line: line, column: schema.identifier?.name,
                    "the same as in line \(first)")
            }
        }
        var hasher = Hasher()
        for field in schema.fields.indices { hasher.combine(decoder.record.values[field]) }
        hasher.combine(decoder.target)
        if let first = rows.firstLine(of: hasher.finalize(), line: line) {
            note(.repeatedRow, line: line, column: nil, "the values of line \(first)")
        }
        for rule in rules {
            for index in rule.implication.broken(by: decoder.record) {
                note(
                    .contradiction, line: line, column: rule.columns[index], rule.details[index])
            }
        }
    }

    /// What only the whole table shows.
    private mutating func checkWhole() {
        if let target = schema.target, report.outcomes == nil {
            note(
                .missingTarget, line: nil, column: target.column,
                "not there, so the table can be scored and not be learned from")
        }
        guard report.rowCount > 0 else {
            note(.noRows, line: nil, column: nil, "a header and no row")
            return
        }
        for finding in deciding.findings {
            note(
                .decidingColumn, line: nil, column: finding.name,
                "ranks the rows by itself with a ROC-AUC of \(DataCheck.text(finding.area)): "
                    + "make sure that it is known before the outcome is")
        }
        guard report.rowCount > 1 else { return }
        for column in report.columns where column.isConstant {
            let oddity = column.kind == .target ? DataOddity.oneClass : .constantColumn
            note(oddity, line: nil, column: column.name, "one value in all rows")
        }
    }

    /// To four decimals, and never up to 1.
    private static func text(_ area: Double) -> String {
        "\((area * 10_000).rounded(.down) / 10_000)"
    }

    private mutating func note(
        _ oddity: DataOddity, line: Int?, column: String?, _ detail: String
    ) {
        report.oddityCounts[oddity, default: 0] += 1
        problems.append(DataProblem(oddity, line: line, column: column, detail: detail))
    }
}

/// What a check keeps in memory at most, however long the table is.
package struct DataCheckLimits: Sendable {
    package var table = CSVLimits()
    /// Rows that later ones are compared with, to find those that repeat one.
    package var rowsRememberedMax = 4_000_000
    /// Different unknown values of a column that are shown.
    package var unknownValuesMax = 10
    /// Bytes of an unknown value that are shown.
    package var unknownValueBytesMax = 64

    package init() {}
}
