internal import Bytes
package import Features
internal import Measures

/// Makes up records that lie between records that are alike (Chawla et al. 2002, SMOTE-NC for
/// records with categories).
///
/// Records are alike by the distance of their numbers, each in units of its deviation among them,
/// and by the categories that differ: one counts as much as the median deviation, so as a distance
/// of 1. The number with the largest unit would decide alone otherwise.
package struct Smote {
    /// Among so many of the nearest records one is chosen.
    package static let neighbourCount = 5

    private let kinds: [FieldKind]
    private let derivation: Derivation

    package init(schema: Schema) {
        kinds = schema.fields.map(\.kind)
        derivation = Derivation(schema)
    }

    /// Records between one of `records`, each as likely, and one of its nearest: a number anywhere
    /// between theirs, integers rounded; a category as most of the nearest have it. They are as
    /// valid as the records are. None where there are fewer than two records.
    package func records(like records: [Record], count: Int, seed: UInt64) -> [Record] {
        guard records.count > 1 else { return [] }
        let space = NeighbourSpace(records, kinds: kinds)
        var nearest = [[Int]?](repeating: nil, count: records.count)
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            let origin = random.next(below: records.count)
            let neighbours =
                nearest[origin] ?? space.nearest(to: origin, count: Smote.neighbourCount)
            nearest[origin] = neighbours
            let neighbour = neighbours[random.next(below: neighbours.count)]
            return between(
                records[origin], records[neighbour], neighbours.map { records[$0] },
                random.nextFraction())
        }
    }

    private func between(
        _ origin: Record, _ neighbour: Record, _ nearest: [Record], _ share: Double
    ) -> Record {
        let values = kinds.indices.map { field in
            let (start, end) = (origin.values[field], neighbour.values[field])
            switch kinds[field] {
            case .category: return Smote.mode(nearest.map { $0.values[field] }, or: start)
            case .integer: return (start + share * (end - start)).rounded()
            case .number:
                return min(max(start + share * (end - start), min(start, end)), max(start, end))
            }
        }
        return derivation.record(of: values)
    }

    /// The most frequent value; of several the origin's own, if it is one of them, else the lowest.
    private static func mode(_ values: [Double], or own: Double) -> Double {
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let most = counts.values.max() ?? 0
        let modes = counts.filter { $0.value == most }.keys
        return modes.contains(own) ? own : modes.min() ?? own
    }
}

/// Records as points among which the nearest are looked for.
private struct NeighbourSpace {
    private let numberCount: Int
    private let categoryCount: Int
    /// Record after record.
    private var numbers: [Double] = []
    private var categories: [Double] = []
    private let recordCount: Int

    init(_ records: [Record], kinds: [FieldKind]) {
        let isCategory = kinds.map { kind in
            switch kind {
            case .category: true
            case .integer, .number: false
            }
        }
        let numberFields = kinds.indices.filter { !isCategory[$0] }
        let categoryFields = kinds.indices.filter { isCategory[$0] }
        let scales = numberFields.map { field in
            NeighbourSpace.scale(records.map { $0.values[field] })
        }
        for record in records {
            numbers += zip(numberFields, scales).map { record.values[$0] / $1 }
            categories += categoryFields.map { record.values[$0] }
        }
        numberCount = numberFields.count
        categoryCount = categoryFields.count
        recordCount = records.count
    }

    /// The nearest others, the nearest first; of equally near ones the earlier first.
    func nearest(to origin: Int, count: Int) -> [Int] {
        var nearest: [(record: Int, distance: Double)] = []
        for record in 0..<recordCount where record != origin {
            let distance = distance(origin, record)
            if nearest.count == count {
                guard distance < nearest[count - 1].distance else { continue }
                nearest.removeLast()
            }
            let place = nearest.firstIndex { distance < $0.distance } ?? nearest.count
            nearest.insert((record, distance), at: place)
        }
        return nearest.map(\.record)
    }

    /// Squared.
    private func distance(_ first: Int, _ second: Int) -> Double {
        var sum = 0.0
        for index in 0..<numberCount {
            let gap = numbers[first * numberCount + index] - numbers[second * numberCount + index]
            sum += gap * gap
        }
        for index in 0..<categoryCount
        where categories[first * categoryCount + index]
            != categories[second * categoryCount + index]
        {
            sum += 1
        }
        return sum
    }

    /// The deviation; 1 where all values are the same.
    private static func scale(_ values: [Double]) -> Double {
        let deviation = Spread(values).deviation
        return deviation > 0 ? deviation : 1
    }
}
