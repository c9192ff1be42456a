internal import Bundle
internal import Features
internal import Models
internal import POSIX

/// Looks for what is doubtful in a model, its columns and what it predicts for the golden requests.
struct VisibleSuspicions {
    private let schema: Schema
    private let features: [Feature]
    private let columns: [FeatureEncoding.Column]
    private let ensemble: Ensemble
    private let ranges: ColumnRanges
    private let uses: [FeatureUse]

    init(_ ensemble: Ensemble, _ encoding: FeatureEncoding, _ schema: Schema) {
        self.schema = schema
        self.ensemble = ensemble
        features = schema.features
        columns = encoding.columns
        ranges = ColumnRanges(schema)
        uses = ensemble.featureUses
    }

    /// In the order of the columns, then of the predictions.
    ///
    /// - Parameters:
    ///   - goldenRows: the rows of the golden requests, with their margins.
    ///   - columnsWithMissing: the columns that had missing values, where the model states it.
    func found(
        in goldenRows: [GoldenRow], firstRow: [Float], columnsWithMissing: [Int]?
    ) -> [Suspicion] {
        let stated = columnsWithMissing.map { places in
            places.isEmpty
                ? [] : [Suspicion.missingValues(columns: places.map { columns[$0].name })]
        }
        return scaledColumns() + idleSplits() + (stated ?? missingValues()) + lackingValues()
            + predictions(goldenRows, firstRow)
    }

    private func scaledColumns() -> [Suspicion] {
        zip(columns, uses).compactMap { column, use in
            guard column.content == .number, let thresholds = use.thresholds else { return nil }
            let values = ranges.values(of: column)
            func unscaled(_ threshold: Float) -> Double {
                Double(threshold) * column.scale + column.mean
            }
            let isSmall = Array(use.distinctThresholds).map(unscaled)
            guard
                let scaling = VisibleSuspicions.scaling(
                    of: isSmall, values: values, isInteger: ranges.isInteger(column.feature))
            else { return nil }
            return .scaledColumn(column.name, thresholds: thresholds, values: values, scaling)
        }
    }

    /// What would make these thresholds of a column with these values.
    private static func scaling(
        of thresholds: [Double], values: ClosedRange<Double>, isInteger: Bool
    ) -> Suspicion.Scaling? {
        if isInteger {
            let isHalf = thresholds.allSatisfy {
                (2 * $0 - (2 * $0).rounded()).magnitude <= 2 * ProofLimits.halfTolerance
            }
            if isHalf { return nil }
        } else if thresholds.count < ProofLimits.numberThresholdsMin {
            return nil
        }
        guard let lowest = thresholds.min(), let highest = thresholds.max() else { return nil }
        let width = values.upperBound - values.lowerBound
        let logarithmMax = Transcendental.logarithm(1 + values.upperBound.magnitude)
        let candidates: [(Suspicion.Scaling, ClosedRange<Double>)] =
            values.lowerBound < 0
            ? [(.standard, -ProofLimits.standardizedMax...ProofLimits.standardizedMax)]
            : [(.minMax, 0...1), (.logarithm, 0...logarithmMax)]
        for (scaling, part) in candidates
        where part.lowerBound - ProofLimits.outermostTolerance <= lowest
            && highest <= part.upperBound + ProofLimits.outermostTolerance
            && part.upperBound - max(part.lowerBound, values.lowerBound)
                <= ProofLimits.rangeShareMax * width
        {
            return scaling
        }
        return nil
    }

    /// A column that is 0 or 1 is split above 0 and up to 1. A threshold beyond divides nothing but
    /// missing values from others.
    private func idleSplits() -> [Suspicion] {
        var names: [String] = []
        var first: Float?
        for (column, use) in zip(columns, uses) where column.content != .number {
            let values = ranges.values(of: column)
            let low = Float((values.lowerBound - column.mean) / column.scale)
            let high = Float((values.upperBound - column.mean) / column.scale)
            let idle = use.distinctThresholds.filter { $0 <= low || $0 > high }
            guard let threshold = idle.max() else { continue }
            names.append(column.name)
            first = first ?? threshold
        }
        return first.map { [.idleSplits(columns: names, threshold: $0)] } ?? []
    }

    /// Where a column has no missing value, XGBoost sends them all to one side: to the right with
    /// `hist` and `approx`, to the left with `exact`. Only where there were some does it choose.
    private func missingValues() -> [Suspicion] {
        let split = zip(columns, uses).filter { $1.defaultLeftCount + $1.defaultRightCount > 0 }
        let mixed = split.filter { $1.defaultLeftCount > 0 && $1.defaultRightCount > 0 }
        let left = split.filter { $1.defaultRightCount == 0 }
        let right = split.filter { $1.defaultLeftCount == 0 }
        let splits: ([(FeatureEncoding.Column, FeatureUse)]) -> Int = { columns in
            columns.reduce(0) { $0 + $1.1.defaultLeftCount + $1.1.defaultRightCount }
        }
        let minority = splits(left) < splits(right) ? left : right
        let hasBoth = !left.isEmpty && !right.isEmpty
        let names = (mixed + (hasBoth ? minority : [])).map(\.0.name)
        return names.isEmpty ? [] : [.missingValues(columns: names)]
    }

    /// A feature of which some values have columns and others have none. The first one may be
    /// dropped, of all such features alike, as get_dummies and OneHotEncoder do; and of two values
    /// one shows both.
    private func lackingValues() -> [Suspicion] {
        typealias Group = (feature: Feature, lacking: [String])
        let groups = features.indices.compactMap { index -> Group? in
            guard let values = features[index].values, values.count > 2 else { return nil }
            let shown = columns.compactMap { $0.feature == index ? $0.category : nil }
            guard !shown.isEmpty else { return nil }
            let lacking = values.indices.filter { !shown.contains($0) }.map { values[$0] }
            return (features[index], lacking)
        }
        let dropsFirst = groups.allSatisfy { feature, lacking in
            [feature.values?.first, feature.values?.min()].contains { first in
                first.map { lacking.contains($0) } == true
            }
        }
        let names = groups.filter { $0.lacking.count > (dropsFirst ? 1 : 0) }
            .flatMap { group in group.lacking.map { "\(group.feature.name)=\($0)" } }
        return names.isEmpty ? [] : [.lackingValues(names)]
    }

    private func predictions(_ goldenRows: [GoldenRow], _ firstRow: [Float]) -> [Suspicion] {
        let margins = goldenRows.map { Float(bitPattern: $0.marginBits) }
        guard let lowest = margins.min(), let highest = margins.max(),
            let probability = goldenRows.first?.probability
        else { return [] }
        if ensemble.link == .identity {
            let most = ProofLimits.overshootMax
            let beyond = Double(margins.count { $0 < 0 || $0 > 1 })
            if lowest < -most || highest > 1 + most
                || beyond > ProofLimits.beyondShareMax * Double(margins.count)
            {
                return [.beyondProbability(lowest: lowest, highest: highest)]
            }
        }
        if goldenRows.allSatisfy({ $0.probability == probability }) {
            return [.constantProbability(probability)]
        }
        let extreme = highest.magnitude > lowest.magnitude ? highest : lowest
        guard ensemble.link == .logistic, extreme.magnitude > ProofLimits.marginMagnitudeMax else {
            return []
        }
        return [.extremeMargin(extreme, columns: movers(firstRow))]
    }

    /// The columns of numbers that move the margin of `row` beyond all need between the ends of
    /// their ranges.
    private func movers(_ row: [Float]) -> [String] {
        columns.indices.filter { index in
            guard columns[index].content == .number else { return false }
            let values = ranges.values(of: columns[index])
            let margins = [values.lowerBound, values.upperBound].map { value in
                var changed = row
                changed[index] = Float((value - columns[index].mean) / columns[index].scale)
                return ensemble.margin(changed.span)
            }
            return (margins[1] - margins[0]).magnitude > ProofLimits.marginMagnitudeMax
        }.map { columns[$0].name }
    }
}
