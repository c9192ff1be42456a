internal import CXGBoost

/// Rows of features as libxgboost holds them, freed with their owner.
@safe
package struct DataMatrix: ~Copyable {
    /// How many rows it holds.
    package let rowCount: Int
    /// How many features a row has.
    package let columnCount: Int
    let handle: DMatrixHandle

    /// Copies `values`, row after row of `columnCount`; NaN is a missing value. `values.count`
    /// must be a positive multiple of `columnCount`.
    package init(rows values: Span<Float>, columnCount: Int) throws(XGBoostError) {
        precondition(columnCount > 0 && values.count > 0 && values.count % columnCount == 0)
        self.columnCount = columnCount
        rowCount = values.count / columnCount
        var created: DMatrixHandle?
        // SAFETY: the library copies rowCount × columnCount floats during the call, which are the
        // span's count, and hands over the handle.
        let status = unsafe values.withUnsafeBufferPointer { [rowCount] buffer in
            unsafe XGDMatrixCreateFromMat(
                buffer.baseAddress, bst_ulong(rowCount), bst_ulong(columnCount), .nan, &created)
        }
        try XGBoostError.check(status, "XGDMatrixCreateFromMat")
        guard let created = unsafe created else {
            throw XGBoostError(call: "XGDMatrixCreateFromMat", reason: "no handle")
        }
        // SAFETY: this value owns the handle from here on and frees it once, in deinit.
        unsafe handle = created
    }

    // SAFETY: only this owner frees the handle, and nothing can use it afterwards.
    deinit { _ = unsafe XGDMatrixFree(handle) }

    /// Sets what is to be learnt, one value a row.
    package func setLabels(_ labels: Span<Float>) throws(XGBoostError) {
        precondition(labels.count == rowCount)
        // SAFETY: the library copies the labels during the call.
        let status = unsafe labels.withUnsafeBufferPointer { buffer in
            unsafe XGDMatrixSetFloatInfo(
                handle, "label", buffer.baseAddress, bst_ulong(buffer.count))
        }
        try XGBoostError.check(status, "XGDMatrixSetFloatInfo")
    }
}
