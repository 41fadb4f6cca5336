use std::fmt::Debug;
use std::hash::Hash;
use std::mem::size_of;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};

use crate::arguments::{Argument, coerce};
use crate::{Error, calls};

/// A function of a group whose result is what it knows of the rows, as bytes that merge in any order.
pub(crate) trait MergingFunction: Debug + Eq + Hash + Send + Sync + Sized + 'static {
    fn name(&self) -> &'static str;

    fn arguments(&self) -> &'static [Argument];

    /// The name of what merges.
    fn state_name(&self) -> &'static str;

    /// What is known of no row.
    fn start(&self) -> Result<Box<dyn Merging>, Error>;

    /// The function as the engine registers it.
    fn into_udaf(self) -> AggregateUDF {
        let signature = Signature::user_defined(Volatility::Immutable);
        AggregateUDF::new_from_impl(MergingUdaf { function: self, signature })
    }
}

/// What is known of the rows of a group.
pub(crate) trait Merging: Debug + Send + Sync {
    fn add(&mut self, values: &[ArrayRef]) -> Result<(), Error>;

    /// Adds the rows of another part, as [`written`](Self::written) gave them.
    fn merge(&mut self, written: &[u8]) -> Result<(), Error>;

    fn written(&mut self) -> Result<Vec<u8>, Error>;

    /// About the size of what is known.
    fn bytes(&self) -> usize;
}

/// Refuses DISTINCT, under which counts of rows would be lost.
pub(crate) fn refuse_distinct(
    function: &'static str,
    args: &AccumulatorArgs<'_>,
) -> Result<(), Error> {
    if args.is_distinct {
        let reason = "DISTINCT would lose counts; leave it out".to_owned();
        return Err(Error::Compute { function, reason });
    }
    Ok(())
}

/// What the engine asks of a [`MergingFunction`].
#[derive(Debug, PartialEq, Eq, Hash)]
struct MergingUdaf<F> {
    function: F,
    signature: Signature,
}

impl<F: MergingFunction> AggregateUDFImpl for MergingUdaf<F> {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(coerce(self.function.name(), self.function.arguments(), found)?)
    }

    fn return_type(&self, _found: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> EngineResult<Vec<FieldRef>> {
        let name = format_state_name(args.name, self.function.state_name());
        Ok(vec![Arc::new(Field::new(name, DataType::LargeBinary, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        refuse_distinct(self.function.name(), &args)?;
        let known = self.function.start()?;
        Ok(Box::new(MergingAccumulator { name: self.function.name(), known }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct MergingAccumulator {
    name: &'static str,
    known: Box<dyn Merging>,
}

impl MergingAccumulator {
    fn written(&mut self) -> Result<ScalarValue, Error> {
        Ok(ScalarValue::LargeBinary(Some(self.known.written()?)))
    }
}

impl Accumulator for MergingAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> EngineResult<()> {
        Ok(self.known.add(values)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> EngineResult<()> {
        for state in calls::argument(self.name, states, 0)?.as_binary::<i64>().iter().flatten() {
            self.known.merge(state)?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        Ok(self.written()?)
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        Ok(vec![self.written()?])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.known.bytes()
    }
}
