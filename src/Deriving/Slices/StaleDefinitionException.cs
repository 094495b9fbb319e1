using DxyOrleans.Core.Bars;

namespace DxyOrleans.Deriving.Slices;

/// <summary>The registry's row of a target is not the one its rule was made from. Nothing was derived; read the registry again.</summary>
public sealed class StaleDefinitionException(Series target)
    : Exception($"The definition of {target} was changed meanwhile; nothing was derived by the old one. Do it again.");
