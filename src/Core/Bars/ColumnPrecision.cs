using System.Globalization;

namespace DxyOrleans.Core.Bars;

/// <summary>How exactly a column of a host's table holds a number: what is computed equals what is stored when it is stored as well as the
/// column can.</summary>
/// <param name="Kind">The column's kind.</param>
/// <param name="Scale">Places after the point, for <see cref="PrecisionKind.Scaled"/>; below zero: tens, hundreds, …</param>
/// <param name="Towards"><see cref="Up"/> or <see cref="Down"/>, where a host's trigger rounds always that way; null: to the nearest, as
/// columns do.</param>
public readonly record struct ColumnPrecision(PrecisionKind Kind, int Scale = 0, string? Towards = null)
{
    public const string Up = "up";

    public const string Down = "down";

    public static ColumnPrecision Exact => default;

    public static ColumnPrecision Missing => new(PrecisionKind.Missing);

    public static ColumnPrecision Places(int scale, string? towards = null) => new(PrecisionKind.Scaled, scale, towards);

    /// <summary>The number as it reads from the column after it was written there.</summary>
    public decimal Stored(decimal value) =>
        Kind switch
        {
            PrecisionKind.Scaled => Rounded(value, Scale, Towards),
            PrecisionKind.EightBytes => Parsed(((double)value).ToString("G15", CultureInfo.InvariantCulture), value),
            PrecisionKind.FourBytes => Parsed(((float)value).ToString("R", CultureInfo.InvariantCulture), value),
            PrecisionKind.Missing => 0,
            _ => value,
        };

    /// <summary>How far apart two numbers near one may be that say the same there: one unit of its last place, or of the eighth, to which
    /// prices are rounded.</summary>
    public decimal Unit(decimal near) =>
        Math.Max(
            1e-8m,
            Kind switch
            {
                PrecisionKind.Scaled => Scale is > -20 and < 20 ? (decimal)Math.Pow(10, -Scale) : 0,
                PrecisionKind.EightBytes => Math.Abs(near) * 1e-14m,
                PrecisionKind.FourBytes => Math.Abs(near) * 1.2e-7m,
                _ => 0,
            }
        );

    /// <summary>The same in SQL: what of a <c>numeric</c> expression the column keeps.</summary>
    public string Sql(string expression) =>
        Kind switch
        {
            PrecisionKind.Scaled when Towards == Up => string.Create(
                CultureInfo.InvariantCulture,
                $"(ceil(({expression}) * 1e{Scale}) / 1e{Scale})"
            ),
            PrecisionKind.Scaled => string.Create(
                CultureInfo.InvariantCulture,
                $"{(Towards == Down ? "trunc" : "round")}({expression}, {Scale})"
            ),
            PrecisionKind.EightBytes => $"({expression})::double precision::numeric",
            PrecisionKind.FourBytes => $"({expression})::real::text::numeric",
            PrecisionKind.Missing => "0::numeric",
            _ => expression,
        };

    static decimal Rounded(decimal value, int scale, string? towards)
    {
        if (scale >= 0)
        {
            return scale >= 28
                ? value
                : decimal.Round(
                    value,
                    scale,
                    towards switch
                    {
                        Up => MidpointRounding.ToPositiveInfinity,
                        Down => MidpointRounding.ToZero,
                        _ => MidpointRounding.AwayFromZero,
                    }
                );
        }

        var unit = 1m;
        for (var place = scale; place < 0; place++)
        {
            unit *= 10;
        }

        return decimal.Round(value / unit, 0, MidpointRounding.AwayFromZero) * unit;
    }

    static decimal Parsed(string text, decimal otherwise) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : otherwise;
}

/// <summary>Kinds of a column that holds numbers.</summary>
public enum PrecisionKind
{
    /// <summary>Every number of a bar, as it is.</summary>
    Exact,

    /// <summary>So many places after the point, halves away from zero; an integer has none.</summary>
    Scaled,

    /// <summary>A double, which keeps 15 digits.</summary>
    EightBytes,

    /// <summary>A single, by its shortest form.</summary>
    FourBytes,

    /// <summary>There is no such column: nothing is written, and nothing is compared.</summary>
    Missing,
}
