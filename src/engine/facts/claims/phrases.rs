//! The words that claims are made of. Lists are separated by ` | `.

use super::ClaimKind;

/// What claims of each kind say, in lower case.
pub(super) const PHRASES: &[(ClaimKind, &str)] = &[
    (
        ClaimKind::TestsPass,
        "tests pass | test passes | tests are passing | tests are now passing | tests now pass | \
         tests all pass | tests still pass | suite passes | suite passed | test passed | \
         cases pass | checks pass | tests are green | tests ran successfully | tests succeeded | \
         tests succeed | tests were successful | tests are successful | \
         tests completed successfully | tests have passed | tests have all passed | \
         passes all tests | passed all tests | passes all the tests | passed all the tests | \
         passing all tests | tests passing | tests in | pass all tests",
    ),
    (
        ClaimKind::Fixed,
        "i fixed | i have fixed | i've fixed | has been fixed | have been fixed | is fixed | \
         is now fixed | are now fixed | are fixed | been successfully fixed | successfully fixed | \
         successfully resolved | is resolved | is now resolved | has been resolved | \
         have been resolved | i have resolved | i've resolved | i resolved | resolves the issue | \
         resolved the issue | fixes the issue | fixed the issue | fixes the bug | fixed the bug | \
         fixes the problem | fixed the problem | solves the issue | solved the issue | \
         issue is solved | problem is solved | fix works | fix is working | now works correctly | \
         works correctly now | now working correctly | works as expected | working as expected | \
         now works as | has been addressed | i have addressed | addresses the issue",
    ),
    (
        ClaimKind::Verified,
        "i verified | i have verified | i've verified | verified that | i confirmed | \
         i have confirmed | i've confirmed | confirmed that | verified the fix | successfully verified | verification passed | \
         verification is complete | verified to work | has been verified | have been verified",
    ),
    (
        ClaimKind::Done,
        "task is complete | task is now complete | task has been completed | task is done | \
         task completed | completed the task | completed all | all tasks completed | \
         all tasks are complete | successfully completed | completed successfully | all done | \
         mission accomplished | implementation is complete | is now complete | everything works | \
         everything is working | everything is in place | i have completed | i've completed | \
         i have successfully | i've successfully | i have implemented | i've implemented | \
         successfully implemented | successfully created | successfully built | \
         successfully installed | successfully configured | is fully functional | is now ready | \
         is ready for use | all requirements have been | all requirements are | \
         has been successfully | have been successfully | has been implemented | \
         have been implemented | is now working | now works | work is complete | \
         solution is complete",
    ),
    (
        ClaimKind::Unsure,
        "not sure | not certain | not entirely sure | not confident | unsure | maybe | \
         should probably | i guess | hopefully | uncertain | might work | may work | \
         not 100% sure | can't be sure | cannot be sure | i'm guessing",
    ),
    (
        ClaimKind::GaveUp,
        "i was unable to | i am unable to | i'm unable to | was not able to | wasn't able to | \
         were unable to | unable to complete | unable to resolve | unable to solve | \
         unable to fix | unable to proceed | unable to verify | unable to reproduce | \
         unable to run | further investigation | more investigation | beyond the scope | \
         outside the scope | cannot be completed | could not be completed | couldn't complete | \
         could not complete | could not be resolved | cannot run in this environment | i give up | \
         giving up | gave up | cannot proceed | can't proceed | impossible to complete | \
         will require further | i apologize, but | i'm sorry, but i | cannot complete | \
         can't complete | unfortunately, i | not feasible | could not be fixed | \
         couldn't be fixed",
    ),
    (
        ClaimKind::Assumed,
        "let's assume | let us assume | i'll assume | i will assume | i assume | we assume | \
         we can assume | i'm assuming | i am assuming | have assumed | i've assumed | \
         for the sake of | hypothetical | we've simulated | i've simulated | have simulated | \
         let's pretend | let's simulate | simulated result | simulate the output | placeholder | \
         dummy data | mock data | fake data | let's imagine",
    ),
    (
        ClaimKind::Otherwise,
        "try a different | try another | try an alternative | try something else | \
         a different approach | another approach | a different strategy | use a different | \
         use another | opt for a different | let's correct | let me correct | i will correct | \
         i'll correct | correct the parameter | correct the call | correct the command",
    ),
];

/// Words before a phrase of success that make it a plan, a wish, a condition or a denial.
pub(super) const PLANS: &str = "\
    if | whether | until | unless | ensure | ensures | ensuring | verify | check | confirm | see | \
    should | would | will | could | might | may | must | can | to | not | no | never | cannot | \
    without | before | once | when | want | need | needs | hope | hopefully | expect | expected | \
    assume | assuming | suppose | let's | let | i'll | we'll | it'll | i'd | maybe | perhaps | \
    probably | likely | seems | appears | fails | failed | fail | some | most | only | few | \
    partially | why | how | which | what | make | making | after | would've | wouldn't | so | \
    try | trying | claims | claim | says | suggests | think | believe | guess | none | neither | \
    nor | previously | existing";

/// Words behind a phrase of success that take it back or condition it.
pub(super) const CONDITIONS: &str = "\
    if | once | unless | when | except | until | assuming | only | provided";

/// Words before a phrase of doubt or surrender that deny it.
pub(super) const DENIALS: &str = "\
    or | not | no | never | isn't | don't | without | avoid | instead | if | replace | remove | \
    replaced | removed";

/// What is confirmed of work that is good.
pub(super) const GOOD: &str = "\
    fix | fixed | fixes | works | work | working | correct | correctly | pass | passes | passed | \
    passing | change | changes | solution | implementation | right | expected | successfully | \
    resolved | resolves | valid | matches | match | complete | output | all | it";

/// What is confirmed of a bug.
pub(super) const BAD: &str = "\
    not | bug | fails | failed | fail | failing | still | missing | exists | existence | without | \
    cannot | incorrect | incorrectly | wrong | error | broken | problem | root | cause";

/// What may be done successfully long before the work is.
pub(super) const STUDIED: &str = "reproduced | reproduce | identified | located | found | listed | explored | viewed | \
     read | opened | searched | cloned | downloaded | extracted";
