using System.Buffers;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>What a binary COPY sent, in a borrowed array: a slice's rows take megabytes, and fresh ones would have to be cleared each
/// time.</summary>
readonly struct CopiedBytes : IDisposable
{
    readonly byte[] _array;
    readonly int _length;

    CopiedBytes(byte[] array, int length) => (_array, _length) = (array, length);

    /// <summary>The rows; good until this is disposed.</summary>
    public CopiedRows Rows => new(_array.AsSpan(0, _length));

    /// <summary>Runs <c>copy_range.sql</c> and then the COPY.</summary>
    /// <param name="connection">Open, in a transaction.</param>
    /// <param name="statement">The name of the COPY among the statements.</param>
    /// <param name="series">Whose bars.</param>
    /// <param name="range">Which bars, by their open.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<CopiedBytes> ReadAsync(
        NpgsqlConnection connection,
        string statement,
        Series series,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        await using (var command = new NpgsqlCommand(Sql.Statement("copy_range"), connection))
        {
            command.Parameters.AddSeries(series).AddRange(range);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await using var copy = await connection.BeginRawBinaryCopyAsync(connection.Bound(Sql.Statement(statement)), cancellation);
        var array = ArrayPool<byte>.Shared.Rent(1 << 18);
        var length = 0;

        // The server sends a message a row, and each is one read.
        for (int read; (read = await copy.ReadAsync(array.AsMemory(length), cancellation)) > 0; )
        {
            length += read;
            if (array.Length - length < 1 << 16)
            {
                var larger = ArrayPool<byte>.Shared.Rent(array.Length * 2);
                array.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(array);
                array = larger;
            }
        }

        return new CopiedBytes(array, length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_array);
}
